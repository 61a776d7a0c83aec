package org.claudecluster.worker.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claudecluster.worker.e2e.Api;

/** {@code kubectl port-forward} to one pod or service, for as long as it is open. */
final class PortForward implements AutoCloseable {

    private static final Pattern FORWARDING = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) -> \\d+");

    private final Process process;
    private final Api api;

    private PortForward(Process process, Api api) {
        this.process = process;
        this.api = api;
    }

    /** Opens one on a free port of this machine, for whoever has this key. */
    static PortForward to(Kubectl kubectl, String target, String ports, String key) {
        try {
            Process process = kubectl.command("port-forward", target, ports)
                    .redirectErrorStream(true)
                    .start();
            BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
            String line = lines.readLine();
            Matcher matcher = FORWARDING.matcher(String.valueOf(line));
            if (!matcher.matches()) {
                process.destroyForcibly();
                throw new AssertionError("kubectl port-forward " + target + ": " + line);
            }
            // It prints a line for each connection, and would stand still when nobody reads them.
            Thread.ofVirtual().start(() -> drain(lines));
            return new PortForward(process, new Api(Integer.parseInt(matcher.group(1)), Optional.of(key)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void drain(BufferedReader lines) {
        try {
            lines.lines().forEach(_ -> {});
        } catch (UncheckedIOException _) {
            // It was closed.
        }
    }

    /** Since 1.23 kubectl gives up when the pod refuses a connection, as one does that has only begun, or is killed. */
    boolean isUp() {
        return process.isAlive() && api.isLive();
    }

    Api api() {
        return api;
    }

    @Override
    public void close() {
        api.close();
        process.destroyForcibly();
    }
}
