package org.claudecluster.worker.text;

import java.util.regex.Pattern;

/** Takes out of a text by what programs move the cursor, colour, and name a terminal's window (ECMA-48: CSI, OSC). */
public final class EscapeSequences {

    private static final Pattern SEQUENCE =
            Pattern.compile("\u001b\\[[0-9;?]*[ -/]*[@-~]|\u001b\\][^\u0007\u001b]*(\u0007|\u001b\\\\)");

    private EscapeSequences() {}

    /** The text without those that are whole in it. */
    public static String removed(String text) {
        return SEQUENCE.matcher(text).replaceAll("");
    }
}
