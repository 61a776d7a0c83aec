package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The name and address of commits where nobody says otherwise. It stands in a file that git reads in place of the
 * machine's own ({@code GIT_CONFIG_SYSTEM}), and which includes that one: the weakest place of all, so that whatever
 * the machine, HOME, the repository or a variable says is stronger, and that it does not matter where HOME is.
 */
public record GitIdentity(Optional<String> name, Optional<String> email) {

    private static final String VARIABLE = "GIT_CONFIG_SYSTEM";
    private static final List<String> OTHERWISE = List.of(VARIABLE, "GIT_CONFIG_NOSYSTEM");
    private static final Path MACHINES = Path.of("/etc/gitconfig");

    public GitIdentity {
        name.ifPresent(text -> requirePlain("git-user-name", text));
        email.ifPresent(text -> requirePlain("git-user-email", text));
    }

    private static void requirePlain(String key, String text) {
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '<' || c == '>')) {
            throw new IllegalArgumentException(key + " must have no control characters and no < or >");
        }
    }

    /**
     * Writes the file and answers the variable that leads to it; none where the tasks' own variables say where git's
     * configuration is.
     *
     * @param tasks the variables that every task gets
     */
    public Map<String, String> write(Path file, Map<String, String> tasks) throws IOException {
        if (OTHERWISE.stream().anyMatch(tasks::containsKey)) {
            return Map.of();
        }
        List<String> lines = new ArrayList<>(List.of("# Written at each start of the worker.", "[user]"));
        name.ifPresent(text -> lines.add("\tname = " + quoted(text)));
        // Git takes the variable EMAIL only where no configuration names one.
        email.filter(_ -> !tasks.containsKey("EMAIL")).ifPresent(text -> lines.add("\temail = " + quoted(text)));
        lines.addAll(List.of("[include]", "\tpath = " + quoted(MACHINES.toString())));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, lines);
        return Map.of(VARIABLE, file.toAbsolutePath().toString());
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
