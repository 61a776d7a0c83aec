package org.claudecluster.worker.transcript;

import java.util.Arrays;
import org.claudecluster.worker.text.Utf8;

/** Cuts what is printed so that no character is torn: the start of one waits for its rest. For one thread at a time. */
public final class WholeCharacters {

    private static final byte[] EMPTY = new byte[0];

    private byte[] held = EMPTY;

    /** All that is whole now, in the order in which it came; the same array where nothing has to be cut. */
    public byte[] add(byte[] bytes) {
        byte[] all = held.length == 0 ? bytes : joined(held, bytes);
        int torn = Utf8.incomplete(all, all.length);
        int whole = all.length - torn;
        held = torn == 0 ? EMPTY : Arrays.copyOfRange(all, whole, all.length);
        return torn == 0 ? all : Arrays.copyOf(all, whole);
    }

    /** What never became whole. */
    public byte[] rest() {
        byte[] rest = held;
        held = EMPTY;
        return rest;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
