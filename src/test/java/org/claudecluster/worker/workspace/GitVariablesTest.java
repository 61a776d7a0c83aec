package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a task's own git makes of the variables that it gets: the real one says. */
class GitVariablesTest {

    private static final GitIdentity DEFAULT =
            new GitIdentity(Optional.of("Cl \"au\\de"), Optional.of("claude@example.invalid"));

    @TempDir
    Path directory;

    private Path work;
    private Path home;

    @BeforeEach
    void make() throws IOException {
        work = Files.createDirectories(directory.resolve("root/work"));
        home = Files.createDirectories(directory.resolve("home"));
        git(Map.of(), "init", "-q");
    }

    @Test
    void a_task_can_commit_without_saying_who_it_is() throws IOException {
        assertThat(identity(Map.of())).isEqualTo("Cl \"au\\de <claude@example.invalid>");
        git(identityVariables(Map.of()), "commit", "-q", "--allow-empty", "-m", "x");
    }

    @Test
    void what_the_repository_says_is_stronger() throws IOException {
        git(Map.of(), "config", "user.name", "Repo");
        git(Map.of(), "config", "user.email", "r@example.invalid");
        assertThat(identity(Map.of())).isEqualTo("Repo <r@example.invalid>");
    }

    @Test
    void what_home_says_is_stronger() throws IOException {
        Files.writeString(home.resolve(".gitconfig"), "[user]\n\tname = Home\n\temail = h@example.invalid\n");
        assertThat(identity(Map.of())).isEqualTo("Home <h@example.invalid>");
    }

    @Test
    void what_the_tasks_variables_say_is_stronger() throws IOException {
        Map<String, String> author = Map.of("GIT_AUTHOR_NAME", "Var", "GIT_AUTHOR_EMAIL", "v@example.invalid");
        assertThat(identity(author)).isEqualTo("Var <v@example.invalid>");
        assertThat(identity(Map.of("EMAIL", "e@example.invalid"))).endsWith("<e@example.invalid>");
    }

    @Test
    void who_says_where_the_configuration_is_gets_no_other() throws IOException {
        assertThat(DEFAULT.write(directory.resolve("gitconfig"), Map.of("GIT_CONFIG_NOSYSTEM", "1")))
                .isEmpty();
        assertThat(DEFAULT.write(directory.resolve("gitconfig"), Map.of("GIT_CONFIG_SYSTEM", "/x")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a<b", "\u0000"})
    void a_name_that_git_would_not_take_is_refused(String name) {
        assertThatThrownBy(() -> new GitIdentity(Optional.of(name), Optional.empty()))
                .hasMessageContaining("git-user-name");
    }

    @Test
    void the_task_s_directory_is_safe_whoever_owns_it_and_no_other_is() throws IOException {
        Path other = Files.createDirectories(directory.resolve("root/other"));
        run(other, Map.of(), "init", "-q");
        Map<String, String> safe = new HashMap<>(Map.of("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"));
        assertThatThrownBy(() -> git(safe, "status")).hasMessageContaining("dubious ownership");

        SafeDirectories.add(safe, work, directory.resolve("root"));

        git(safe, "status");
        assertThatThrownBy(() -> run(other, safe, "status")).hasMessageContaining("dubious ownership");
    }

    @Test
    void a_task_in_a_directory_of_a_repository_may_use_it_and_the_root_is_never_safe() throws IOException {
        Path below = Files.createDirectories(work.resolve("packages/a"));
        run(directory.resolve("root"), Map.of(), "init", "-q");
        Map<String, String> safe = new HashMap<>(Map.of("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"));

        SafeDirectories.add(safe, below, directory.resolve("root"));

        run(below, safe, "status");
        assertThatThrownBy(() -> run(directory.resolve("root"), safe, "status"))
                .hasMessageContaining("dubious ownership");
    }

    @Test
    void what_the_task_says_by_the_same_way_is_kept() throws IOException {
        Map<String, String> mine = new HashMap<>(
                Map.of("GIT_CONFIG_COUNT", "1", "GIT_CONFIG_KEY_0", "user.name", "GIT_CONFIG_VALUE_0", "Mine"));

        SafeDirectories.add(mine, work, directory);

        assertThat(git(mine, "config", "user.name").strip()).isEqualTo("Mine");
        assertThat(git(mine, "config", "--get-all", "safe.directory")).contains(work.toString());
    }

    /** Author, without the time behind it. */
    private String identity(Map<String, String> tasks) throws IOException {
        return git(identityVariables(tasks), "var", "GIT_AUTHOR_IDENT").replaceFirst("> .*\\R", ">");
    }

    private Map<String, String> identityVariables(Map<String, String> tasks) throws IOException {
        Map<String, String> all = new HashMap<>(tasks);
        all.putAll(DEFAULT.write(directory.resolve("state/gitconfig"), tasks));
        return all;
    }

    private String git(Map<String, String> variables, String... arguments) throws IOException {
        return run(work, variables, arguments);
    }

    private String run(Path where, Map<String, String> variables, String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("HOME", home.toString());
        builder.environment().putAll(variables);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(said);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return said;
    }
}
