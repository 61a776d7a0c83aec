package org.claudecluster.worker.claude;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.PermissionMode;
import org.claudecluster.worker.task.SettingSource;

/**
 * The arguments of one headless run, for CLI 2.1.197 and later. The prompt is not among them: it goes to standard
 * input, since an argument ends at 128 KiB, shows in {@code ps} and may be taken for an option.
 */
public final class CommandLine {

    private CommandLine() {}

    /**
     * All arguments after the program's name.
     *
     * <p>Every option stands as {@code --option=value}, since the CLI's variadic options swallow what follows them, and
     * defaults that changed between versions are always said.
     *
     * @param session the session to make; ignored when the caller names one to go on with
     * @param exists whether that session was begun by an earlier attempt and its files are here: the CLI refuses to make
     *     it a second time
     * @param unreadable files and directories which must not reach the API, not even by an {@code @path} in the prompt
     */
    public static List<String> of(ClaudeOptions options, UUID session, boolean exists, List<Path> unreadable) {
        List<String> arguments = new ArrayList<>(List.of("-p", "--output-format=stream-json", "--verbose"));
        arguments.addAll(sources(options.settingSources()));
        PermissionMode mode = options.permissionMode().orElse(PermissionMode.DONT_ASK);
        arguments.add("--permission-mode=" + mode.wire());
        Optional<UUID> earlier = exists ? Optional.of(session) : options.resumeSessionId();
        arguments.add(earlier.map(found -> "--resume=" + found).orElse("--session-id=" + session));
        options.model().ifPresent(model -> arguments.add("--model=" + model));
        options.fallbackModel().ifPresent(model -> arguments.add("--fallback-model=" + model));
        options.maxTurns().ifPresent(turns -> arguments.add("--max-turns=" + turns));
        options.maxBudgetUsd().ifPresent(budget -> arguments.add("--max-budget-usd=" + budget.toPlainString()));
        options.appendSystemPrompt().ifPresent(text -> arguments.add("--append-system-prompt=" + text));
        options.mcpConfig().ifPresent(json -> arguments.add("--mcp-config=" + json));
        options.jsonSchema().ifPresent(json -> arguments.add("--json-schema=" + json));
        if (!options.allowedTools().isEmpty()) {
            arguments.add("--allowedTools=" + String.join(",", options.allowedTools()));
        }
        List<String> denied = new ArrayList<>(options.disallowedTools());
        // Two slashes: the CLI reads one as relative to its settings, and a bare Read stops no @path. The stars are
        // right for a file as well (2.1.197 and 2.1.330).
        unreadable.forEach(path -> denied.add("Read(/" + path.toAbsolutePath() + "/**)"));
        if (!denied.isEmpty()) {
            arguments.add("--disallowedTools=" + String.join(",", denied));
        }
        return List.copyOf(arguments);
    }

    /** A checkout's own hooks run before the first prompt, and its servers start: only where the caller wants that. */
    private static List<String> sources(List<SettingSource> sources) {
        String named =
                "--setting-sources=" + sources.stream().map(SettingSource::wire).collect(Collectors.joining(","));
        return sources.contains(SettingSource.PROJECT) ? List.of(named) : List.of(named, "--strict-mcp-config");
    }
}
