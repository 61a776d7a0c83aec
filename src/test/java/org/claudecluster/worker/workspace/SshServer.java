package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.claudecluster.worker.terminal.Programs;

/**
 * A real repository over real ssh on loopback: an sshd of this test's own, with keys made for the occasion, that lets the
 * user of this test in and runs nothing but {@code git-upload-pack}.
 */
public final class SshServer implements AutoCloseable {

    /** Also where only root's PATH leads. */
    private static final String PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

    private final Path root;
    private final int port;
    private final SampleRepository repository;
    private final Process daemon;

    private SshServer(Path root, int port, SampleRepository repository, Process daemon) {
        this.root = root;
        this.port = port;
        this.repository = repository;
        this.daemon = daemon;
    }

    /** Makes keys, repository and server below a directory. */
    public static SshServer in(Path root) throws IOException {
        Path sshd = program("sshd", "openssh-server");
        program("ssh", "openssh-client");
        SampleRepository repository = SampleRepository.in(root);
        key(root, "host");
        key(root, "user");
        key(root, "stranger");
        int port = freePort();
        Files.writeString(root.resolve("known_hosts"), knownHost(port, root.resolve("host.pub")));
        Files.writeString(root.resolve("strange_hosts"), knownHost(port, root.resolve("stranger.pub")));
        Files.writeString(root.resolve("no_hosts"), "");
        Files.writeString(root.resolve("sshd_config"), """
                ListenAddress 127.0.0.1
                Port %d
                HostKey %2$s/host
                AuthorizedKeysFile %2$s/user.pub
                AuthenticationMethods publickey
                ForceCommand git-upload-pack '%3$s'
                DisableForwarding yes
                PermitTTY no
                StrictModes no
                PidFile none
                UsePAM no
                """.formatted(port, root, repository.directory()));
        if (ProcessHandle.current().info().user().equals(Optional.of("root"))) {
            // Debian's init script makes it; an empty place to lock the part that talks to strangers in.
            Files.createDirectories(Path.of("/run/sshd"));
        }
        Path log = root.resolve("sshd.log");
        // An absolute path: sshd runs itself again for each connection.
        Process daemon = new ProcessBuilder(
                        sshd.toString(),
                        "-D",
                        "-e",
                        "-f",
                        root.resolve("sshd_config").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(new File("/dev/null"))
                .start();
        SshServer started = new SshServer(root, port, repository, daemon);
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> !daemon.isAlive() || started.log().contains("Server listening"));
            assertThat(daemon.isAlive()).as(started::log).isTrue();
            return started;
        } catch (RuntimeException | AssertionError e) {
            started.close();
            throw e;
        }
    }

    private static Path program(String name, String debianPackage) {
        return Programs.find(name, PATH)
                .orElseThrow(() -> new AssertionError(
                        name + " is missing: clones over ssh are tested with the real one, Debian package "
                                + debianPackage));
    }

    private static void key(Path root, String name) throws IOException {
        SampleRepository.run(
                root, program("ssh-keygen", "openssh-client").toString(), "-q", "-t", "ed25519", "-N", "", "-f", name);
    }

    private static String knownHost(int port, Path publicKey) throws IOException {
        return "[127.0.0.1]:" + port + " " + Files.readString(publicKey);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    public String url() {
        return "ssh://" + System.getProperty("user.name") + "@127.0.0.1:" + port + "/shop.git";
    }

    /** The id of a commit. */
    public String commit(String name) throws IOException {
        return repository.commit(name);
    }

    /** A private key that opens it. */
    public Path key() {
        return root.resolve("user");
    }

    /** A private key that does not. */
    Path strangersKey() {
        return root.resolve("stranger");
    }

    /** Its own key, as a client knows it. */
    public Path knownHosts() {
        return root.resolve("known_hosts");
    }

    /** Another key under its name. */
    Path wrongHosts() {
        return root.resolve("strange_hosts");
    }

    /** Knows nobody. */
    Path noHosts() {
        return root.resolve("no_hosts");
    }

    private String log() {
        try {
            return Files.readString(root.resolve("sshd.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the processes of connections that are still open. */
    @Override
    public void close() {
        List<ProcessHandle> all = daemon.descendants().toList();
        daemon.destroy();
        all.forEach(ProcessHandle::destroy);
        try {
            assertThat(daemon.waitFor(10, TimeUnit.SECONDS)).as(this::log).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            daemon.destroyForcibly();
        }
    }
}
