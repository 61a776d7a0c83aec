package org.claudecluster.worker.api.http;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Removes escape sequences (ECMA-48) and the carriage returns that the terminal puts before line feeds; everything else
 * passes. Keeps its place between calls, since a sequence may be split over two records.
 */
public final class PlainText {

    private static final byte ESC = 0x1b;
    private static final byte BEL = 0x07;
    /** Both break off whatever sequence they stand in. */
    private static final byte CAN = 0x18;

    private static final byte SUB = 0x1a;

    private enum State {
        TEXT,
        /** After ESC. */
        ESCAPE,
        /** In a control sequence, ESC [ … up to its final byte. */
        CONTROL,
        /** In a string (OSC, DCS, PM, APC), up to BEL or ESC backslash. */
        STRING,
        /** After an ESC inside a string. */
        STRING_ESCAPE,
        /** ESC with an intermediate byte: one final byte follows. */
        INTERMEDIATE,
        /** After a carriage return in text. */
        RETURN
    }

    private final OutputStream out;
    private State state = State.TEXT;

    public PlainText(OutputStream out) {
        this.out = out;
    }

    public void accept(byte[] bytes) throws IOException {
        ByteSink kept = new ByteSink(bytes.length);
        for (byte b : bytes) {
            state = next(b, kept);
        }
        out.write(kept.array(), 0, kept.length());
    }

    private State next(byte b, ByteSink kept) {
        if (state != State.TEXT && state != State.RETURN && (b == CAN || b == SUB)) {
            return State.TEXT;
        }
        return switch (state) {
            case TEXT -> text(b, kept);
            case RETURN -> {
                if (b != '\n') {
                    kept.put((byte) '\r');
                }
                yield text(b, kept);
            }
            case ESCAPE -> afterEscape(b, kept);
            case CONTROL -> inSequence(b, 0x40, State.CONTROL, kept);
            case INTERMEDIATE -> inSequence(b, 0x30, State.INTERMEDIATE, kept);
            case STRING -> inString(b);
            // Any other byte means that the string was broken off by the next sequence.
            case STRING_ESCAPE -> b == '\\' ? State.TEXT : afterEscape(b, kept);
        };
    }

    /** A sequence goes on to its final byte; a control character inside it counts as if it stood before it. */
    private static State inSequence(byte b, int firstFinal, State same, ByteSink kept) {
        if (b == ESC) {
            return State.ESCAPE;
        }
        if (b == '\n' || b == '\t') {
            kept.put(b);
        }
        return b >= firstFinal && b <= 0x7e ? State.TEXT : same;
    }

    private static State inString(byte b) {
        if (b == BEL) {
            return State.TEXT;
        }
        return b == ESC ? State.STRING_ESCAPE : State.STRING;
    }

    private static State text(byte b, ByteSink kept) {
        if (b == ESC) {
            return State.ESCAPE;
        }
        if (b == '\r') {
            return State.RETURN;
        }
        boolean control = b >= 0 && b < 0x20 && b != '\n' && b != '\t';
        if (!control && b != 0x7f) {
            kept.put(b);
        }
        return State.TEXT;
    }

    private static State afterEscape(byte b, ByteSink kept) {
        return switch (b) {
            case '[' -> State.CONTROL;
            case ']', 'P', '^', '_', 'X' -> State.STRING;
            default -> b >= 0x20 && b <= 0x2f ? State.INTERMEDIATE : inSequence(b, 0x30, State.ESCAPE, kept);
        };
    }
}
