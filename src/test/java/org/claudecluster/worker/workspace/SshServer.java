package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.config.keys.AuthorizedKeysAuthenticator;
import org.apache.sshd.server.shell.ProcessShellFactory;
import org.claudecluster.worker.terminal.Programs;
import org.opentest4j.TestAbortedException;

/**
 * Serves a real repository over ssh on loopback: Apache MINA's server, with keys made for the occasion, which lets one
 * key in and runs nothing but {@code git upload-pack}. Its clients are OpenSSH's: a test on a machine that has none is
 * aborted and says so.
 */
public final class SshServer implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";

    private final Path root;
    private final SampleRepository repository;
    private final org.apache.sshd.server.SshServer daemon;

    private SshServer(Path root, SampleRepository repository, org.apache.sshd.server.SshServer daemon) {
        this.root = root;
        this.repository = repository;
        this.daemon = daemon;
    }

    /** Makes keys, repository and server below a directory. */
    public static SshServer in(Path root) throws IOException {
        program("ssh");
        SampleRepository repository = SampleRepository.in(root);
        key(root, "host");
        key(root, "user");
        key(root, "stranger");
        org.apache.sshd.server.SshServer daemon = org.apache.sshd.server.SshServer.setUpDefaultServer();
        daemon.setHost(LOOPBACK);
        daemon.setKeyPairProvider(new FileKeyPairProvider(root.resolve("host")));
        daemon.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        daemon.setPublickeyAuthenticator(new AuthorizedKeysAuthenticator(root.resolve("user.pub")));
        ProcessShellFactory pack = new ProcessShellFactory(
                "git upload-pack", "git", "upload-pack", repository.directory().toString());
        daemon.setCommandFactory((channel, _) -> pack.createShell(channel));
        daemon.start();
        SshServer started = new SshServer(root, repository, daemon);
        started.writeHosts("known_hosts", "host.pub");
        started.writeHosts("strange_hosts", "stranger.pub");
        Files.writeString(root.resolve("no_hosts"), "");
        return started;
    }

    /** Where its clients are looked for. */
    public static String path() {
        return System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    }

    private static String program(String name) {
        return Programs.find(name, path())
                .orElseThrow(() -> new TestAbortedException(
                        name + " is missing: clones over ssh are tried with OpenSSH's client (package openssh-client)"))
                .toString();
    }

    /** Of a kind that the server's library knows without another library. */
    private static void key(Path root, String name) throws IOException {
        SampleRepository.run(root, program("ssh-keygen"), "-q", "-t", "ecdsa", "-N", "", "-f", name);
    }

    private void writeHosts(String name, String publicKey) throws IOException {
        Files.writeString(
                root.resolve(name),
                "[" + LOOPBACK + "]:" + daemon.getPort() + " " + Files.readString(root.resolve(publicKey)));
    }

    public String url() {
        return "ssh://" + System.getProperty("user.name") + "@" + LOOPBACK + ":" + daemon.getPort() + "/shop.git";
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

    /** With the programs of connections that are still open. */
    @Override
    public void close() {
        try {
            daemon.stop(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
