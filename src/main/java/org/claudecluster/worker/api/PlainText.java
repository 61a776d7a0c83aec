package org.claudecluster.worker.api;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Removes escape sequences (ECMA-48) and the carriage returns that the terminal puts before line feeds; everything else
 * passes. Keeps its place between calls, since a sequence may be split over two records.
 */
final class PlainText {

    private static final byte ESC = 0x1b;
    private static final byte BEL = 0x07;

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

    PlainText(OutputStream out) {
        this.out = out;
    }

    void accept(byte[] bytes) throws IOException {
        ByteSink kept = new ByteSink(bytes.length);
        for (byte b : bytes) {
            state = next(b, kept);
        }
        out.write(kept.array(), 0, kept.length());
    }

    private State next(byte b, ByteSink kept) {
        return switch (state) {
            case TEXT -> text(b, kept);
            case RETURN -> {
                if (b != '\n') {
                    kept.put((byte) '\r');
                }
                yield text(b, kept);
            }
            case ESCAPE -> afterEscape(b);
            case CONTROL -> b >= 0x40 && b <= 0x7e ? State.TEXT : State.CONTROL;
            case STRING -> {
                if (b == BEL) {
                    yield State.TEXT;
                }
                yield b == ESC ? State.STRING_ESCAPE : State.STRING;
            }
            case STRING_ESCAPE -> b == '\\' ? State.TEXT : State.STRING;
            case INTERMEDIATE -> b >= 0x30 && b <= 0x7e ? State.TEXT : State.INTERMEDIATE;
        };
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

    private static State afterEscape(byte b) {
        return switch (b) {
            case '[' -> State.CONTROL;
            case ']', 'P', '^', '_', 'X' -> State.STRING;
            default -> b >= 0x20 && b <= 0x2f ? State.INTERMEDIATE : State.TEXT;
        };
    }
}
