package org.claudecluster.worker.claude;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.claudecluster.worker.credential.OwnVariables;
import org.claudecluster.worker.credential.OwnVariables.Passes;

/**
 * The whole environment of a task's process, built and not inherited: only what {@link OwnVariables} lets pass is taken
 * over from the worker, so that neither its database password nor any other secret is inherited by a tool that has no
 * need of it. A tool of the same user could read the worker's own environment all the same; {@code terminal.OwnMemory}
 * closes that.
 */
public final class ChildEnvironment {

    /** The variable by which every descendant of a task can be found again; its value is the task's id. */
    public static final String MARKER = "CLAUDECLUSTER_TASK";

    /** The same for one run of the task, by which its processes are found; its value is made by {@link #run}. */
    public static final String RUN_MARKER = "CLAUDECLUSTER_RUN";

    /** What an unattended run wants; the worker's own environment may override each. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG", "C.UTF-8",
            "TERM", "xterm-256color",
            "DISABLE_AUTOUPDATER", "1",
            "DISABLE_TELEMETRY", "1",
            "DISABLE_ERROR_REPORTING", "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1",
            "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1",
            // The CLI's own default retries a bad key for three silent minutes.
            "CLAUDE_CODE_MAX_RETRIES", "4");

    private final Map<Passes, Map<String, String>> own = new EnumMap<>(Passes.class);

    /** Takes over what a child may have of the worker's own environment. */
    public ChildEnvironment(Map<String, String> own) {
        own.forEach((name, value) -> this.own
                .computeIfAbsent(OwnVariables.of(name), _ -> new TreeMap<>())
                .put(name, value));
    }

    /**
     * Builds it.
     *
     * @param extra what the credential needs and what the configuration names on top; it wins over everything but the
     *     marker, and chooses which provider's variables come along
     * @param home HOME, the task's own or that of all
     * @param configDirectory CLAUDE_CONFIG_DIR, writable
     * @param temporary a directory of the task's own, which is deleted after it
     */
    public Map<String, String> of(
            Map<String, String> extra, String marker, Path home, Path configDirectory, Path temporary) {
        Map<String, String> built = new TreeMap<>(DEFAULTS);
        built.putAll(inherited(extra));
        built.put("HOME", home.toString());
        built.put("CLAUDE_CONFIG_DIR", configDirectory.toString());
        built.put("CLAUDE_CODE_TMPDIR", temporary.toString());
        built.put("TMPDIR", temporary.toString());
        built.putAll(extra);
        built.put(MARKER, marker);
        return built;
    }

    private Map<String, String> inherited(Map<String, String> extra) {
        Map<String, String> taken = new TreeMap<>(own.getOrDefault(Passes.ALWAYS, Map.of()));
        Map<String, String> known = new TreeMap<>(taken);
        known.putAll(extra);
        own.forEach((passes, variables) -> {
            if (passes.in(known)) {
                taken.putAll(variables);
            }
        });
        return taken;
    }

    /** Names one run: the task's id and the claim's epoch, with a dot between. */
    public static String run(String task, long epoch) {
        return task + "." + epoch;
    }
}
