package org.claudecluster.worker.workspace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.claudecluster.worker.text.EscapeSequences;

/**
 * Reads git's standard error, a line each: without control characters, which the remote may have sent, and without
 * secrets. A line that was written over and over, as progress is, counts in its last state only.
 */
final class GitOutput {

    private static final int LINE = 500;
    private static final int SHOWN = 200;
    /** Behind two lines of ssh git says three of its own. */
    private static final int LAST = 5;

    private final List<String> secrets;
    private final Consumer<String> sink;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<String> last = new ArrayDeque<>();
    private boolean overwritten;
    private int shown;

    /** At most {@link #SHOWN} lines go to the sink, whatever the remote sends. */
    GitOutput(List<String> secrets, Consumer<String> sink) {
        this.secrets = List.copyOf(secrets);
        this.sink = sink;
    }

    /** Reads to the end. */
    void drain(InputStream in) {
        byte[] buffer = new byte[8192];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    accept(buffer[i]);
                }
            }
        } catch (IOException _) {
            // It was ended.
        }
        tell();
    }

    private void accept(byte b) {
        switch (b) {
            case '\n' -> tell();
            // Progress will be written over it; ssh ends its lines so, and then a line feed follows.
            case '\r' -> overwritten = true;
            default -> write(b);
        }
    }

    private void write(byte b) {
        if (overwritten) {
            line.reset();
            overwritten = false;
        }
        if (line.size() < LINE) {
            line.write(b);
        }
    }

    private void tell() {
        String text = clean(line.toString(StandardCharsets.UTF_8));
        line.reset();
        overwritten = false;
        if (text.isBlank()) {
            return;
        }
        synchronized (last) {
            last.addLast(text);
            if (last.size() > LAST) {
                last.removeFirst();
            }
        }
        if (shown++ < SHOWN) {
            sink.accept(text);
        }
    }

    private String clean(String text) {
        String clean = text;
        for (String secret : secrets) {
            clean = clean.replace(secret, "***");
        }
        return EscapeSequences.removed(clean).replaceAll("\\p{Cntrl}", "").strip();
    }

    /** The end of it, as one line. */
    String lastLines() {
        synchronized (last) {
            return String.join("; ", last);
        }
    }
}
