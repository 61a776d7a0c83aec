package org.claudecluster.worker.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.claudecluster.worker.terminal.LaunchException.Kind;
import org.jboss.logging.Logger;

/**
 * The files which carry standard input and the secret to a command under pty4j: mode 0600, unlinked by the command's
 * start as soon as they are open, and at the latest after its end.
 */
record Pty4jFiles(Optional<Path> stdin, Optional<Path> secret) {
    private static final Logger LOG = Logger.getLogger(Pty4jFiles.class);

    static Pty4jFiles write(TerminalCommand command) throws LaunchException {
        Optional<Path> stdin = Optional.empty();
        try {
            byte[] input = command.stdin();
            if (input.length > 0) stdin = Optional.of(write("terminal-stdin", input));
            Optional<Path> secret = command.secret().isPresent()
                    ? Optional.of(write("terminal-secret", command.secret().get()))
                    : Optional.empty();
            return new Pty4jFiles(stdin, secret);
        } catch (IOException e) {
            stdin.ifPresent(Pty4jFiles::delete);
            throw new LaunchException(Kind.RESOURCES, "no file for the input: " + e.getMessage(), e);
        }
    }

    void delete() {
        stdin.ifPresent(Pty4jFiles::delete);
        secret.ifPresent(Pty4jFiles::delete);
    }

    /**
     * pty4j unpacks its library into a new directory under /tmp at every start of a JVM and leaves it there. In a
     * directory of ours it is found again; it must be its own, pty4j empties it of what it does not know.
     */
    static void keepNativeLibraryInOnePlace() {
        if (System.getProperty("pty4j.tmpdir") != null || System.getProperty("pty4j.preferred.native.folder") != null)
            return;
        try {
            Path cache = Path.of(System.getProperty("user.home"), ".cache", "claudecluster-worker", "pty4j")
                    .toAbsolutePath();
            System.setProperty("pty4j.tmpdir", Files.createDirectories(cache).toString());
        } catch (IOException | RuntimeException e) {
            LOG.debugf("pty4j's library goes to the temporary directory: %s", e.getMessage());
        }
    }

    private static Path write(String name, byte[] bytes) throws IOException {
        Path file = Files.createTempFile(name, null); // readable by its owner only
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            delete(file);
            throw e;
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warnf("%s is left behind: %s", file, e.getMessage());
        }
    }
}
