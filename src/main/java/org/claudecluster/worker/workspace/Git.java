package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.claudecluster.worker.process.linux.OwnProcesses;
import org.claudecluster.worker.terminal.Programs;

/**
 * The machine's git, which reads nobody's configuration but what is said here, asks nobody anything, runs no hook and
 * speaks https and ssh only. There is no shell between a request and it.
 */
public final class Git {

    /** What concerns the way to a remote. */
    private static final List<String> INHERITED = List.of(
            "PATH",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "all_proxy",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "GIT_SSL_CAPATH",
            "SSH_AUTH_SOCK");

    private static final Map<String, String> FIXED = Map.ofEntries(
            Map.entry("LC_ALL", "C.UTF-8"),
            Map.entry("GIT_CONFIG_NOSYSTEM", "1"),
            Map.entry("GIT_CONFIG_GLOBAL", "/dev/null"),
            Map.entry("GIT_ATTR_NOSYSTEM", "1"),
            Map.entry("GIT_ALLOW_PROTOCOL", "https:ssh"),
            Map.entry("GIT_TERMINAL_PROMPT", "0"),
            // Empty ends the search; without it git would go on to SSH_ASKPASS.
            Map.entry("GIT_ASKPASS", ""),
            // For an ssh without our settings: it would ask whoever sits at the worker's own terminal.
            Map.entry("SSH_ASKPASS", "/bin/false"),
            Map.entry("SSH_ASKPASS_REQUIRE", "force"),
            // Else git would find out by calling it.
            Map.entry("GIT_SSH_VARIANT", "ssh"),
            Map.entry("GIT_LITERAL_PATHSPECS", "1"),
            Map.entry("GIT_OPTIONAL_LOCKS", "0"));

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("core.hooksPath", "/dev/null"),
            Map.entry("core.fsmonitor", "false"),
            Map.entry("protocol.ext.allow", "never"),
            Map.entry("credential.helper", ""),
            Map.entry("submodule.recurse", "false"),
            Map.entry("fetch.recurseSubmodules", "false"),
            // Packs only: they are linked, not copied, into what is kept beside the workspace.
            Map.entry("fetch.unpackLimit", "1"),
            Map.entry("init.defaultBranch", "main"),
            Map.entry("advice.detachedHead", "false"),
            Map.entry("gc.auto", "0"),
            Map.entry("maintenance.auto", "false"));

    private final Map<String, String> own;
    private final Optional<Path> ssh;

    /**
     * The one on the worker's path.
     *
     * @param own the worker's own environment, of which git gets an allow-listed part
     * @param ssh what it calls for {@code ssh://}, see {@link SshProgram}; empty when there is none
     */
    public Git(Map<String, String> own, Optional<Path> ssh) {
        this.own = Map.copyOf(own);
        this.ssh = ssh;
    }

    boolean isInstalled() {
        return program().isPresent();
    }

    boolean hasLfs() {
        return Programs.find("git-lfs", path(own)).isPresent();
    }

    boolean speaksSsh() {
        return ssh.isPresent();
    }

    private Optional<Path> program() {
        return Programs.find("git", path(own));
    }

    /** Where programs are looked for. */
    static String path(Map<String, String> environment) {
        return environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    }

    /**
     * One way to call it.
     *
     * @param directory where it runs
     * @param home what it takes for HOME, so that no {@code .netrc} of the worker's user is read
     * @param settings configuration, on top of ours
     * @param variables of the environment, on top of ours
     */
    record Call(Path directory, Path home, Map<String, String> settings, Map<String, String> variables) {}

    /** Starts it; its three streams are pipes. Throws {@link IOException} when it can't be started. */
    Process start(Call call, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(program()
                .orElseThrow(() -> new IOException("git is not installed"))
                .toString());
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(call.directory().toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(call));
        return OwnProcesses.start(builder);
    }

    private Map<String, String> environment(Call call) {
        Map<String, String> built = new TreeMap<>(FIXED);
        INHERITED.stream().filter(own::containsKey).forEach(name -> built.put(name, own.getOrDefault(name, "")));
        built.put("HOME", call.home().toString());
        ssh.ifPresent(program -> built.put("GIT_SSH", program.toString()));
        built.putAll(call.variables());
        Map<String, String> settings = new LinkedHashMap<>(SETTINGS);
        settings.putAll(call.settings());
        // By environment and not by -c, which everybody could read in the list of processes.
        int number = 0;
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            built.put("GIT_CONFIG_KEY_" + number, setting.getKey());
            built.put("GIT_CONFIG_VALUE_" + number, setting.getValue());
            number++;
        }
        built.put("GIT_CONFIG_COUNT", String.valueOf(number));
        return built;
    }
}
