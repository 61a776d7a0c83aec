package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claudecluster.worker.terminal.Programs;

/**
 * Makes the program that git runs as its ssh: a file of settings for OpenSSH's client whose first line makes the kernel
 * run the client on it. So the client gets settings, for which {@code GIT_SSH} has no room, without the shell that
 * {@code GIT_SSH_COMMAND} would start.
 */
public final class SshProgram {

    private static final String NAME = "ssh";

    private SshProgram() {}

    /**
     * The worker's identity for a git server, and the servers that it knows.
     *
     * @param key a private key without passphrase; absent means the keys and the agent of the worker's user
     * @param knownHosts the servers' keys; absent means the {@code known_hosts} of the worker's user
     */
    public record Identity(Optional<Path> key, Optional<Path> knownHosts) {

        public Identity {
            key.ifPresent(Identity::requirePlain);
            knownHosts.ifPresent(Identity::requirePlain);
        }

        /** What ssh would read otherwise in its settings, even in quotes. */
        private static void requirePlain(Path file) {
            if (file.toString().chars().anyMatch(c -> c < ' ' || "\"\\$%".indexOf(c) >= 0)) {
                throw new IllegalArgumentException("a file for ssh has a name with quotes, \\, $ or %: " + file);
            }
        }
    }

    /**
     * Writes it. INVARIANT: before the worker starts its first process: a child that is being born may hold the file open
     * for writing, and the kernel runs no such file.
     *
     * @param environment in whose path the client is looked for
     * @return empty when there is no client on this machine
     */
    public static Optional<Path> write(Path directory, Identity identity, Map<String, String> environment)
            throws IOException {
        Optional<Path> client = Programs.find(NAME, Git.path(environment));
        if (client.isEmpty()) {
            return Optional.empty();
        }
        Path program = Files.createDirectories(directory).resolve(NAME);
        Files.deleteIfExists(program);
        Files.createFile(program, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.write(program, settings(client.get(), identity));
        return Optional.of(program);
    }

    /** Of each setting the first value counts, so what stands behind the user's own files is a default. */
    private static List<String> settings(Path client, Identity identity) {
        List<String> lines = new ArrayList<>(List.of(
                "#!" + client + " -F",
                "# Written at each start of the worker. Nobody is there to be asked.",
                "BatchMode yes",
                "UpdateHostKeys no"));
        identity.key()
                .ifPresent(key ->
                        lines.addAll(List.of("IdentityFile \"" + key.toAbsolutePath() + "\"", "IdentitiesOnly yes")));
        identity.knownHosts()
                .ifPresent(hosts -> lines.addAll(
                        List.of("UserKnownHostsFile \"" + hosts.toAbsolutePath() + "\"", "StrictHostKeyChecking yes")));
        lines.addAll(List.of(
                "Include ~/.ssh/config",
                "Include /etc/ssh/ssh_config",
                "StrictHostKeyChecking yes",
                "ConnectTimeout 30"));
        return lines;
    }
}
