package org.claudecluster.worker.workspace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A bare repository to be served: three commits on main, the first of them tagged v1, the last with 4 MiB of noise. */
public record SampleRepository(Path directory) {

    /** Makes {@code shop.git} below a directory. */
    static SampleRepository in(Path root) throws IOException {
        Path work = Files.createDirectories(root.resolve("work"));
        git(work, "init", "-q", "-b", "main", ".");
        Files.writeString(work.resolve("README.md"), "one\n");
        Files.write(work.resolve("logo.bin"), new byte[] {0, 1, 2, 3});
        git(work, "add", "-A");
        git(work, "commit", "-q", "-m", "first");
        git(work, "tag", "v1");
        Files.writeString(work.resolve("README.md"), "two\n");
        byte[] noise = new byte[4 << 20];
        new Random(7).nextBytes(noise);
        Files.write(work.resolve("large.bin"), noise);
        git(work, "commit", "-q", "-a", "-m", "second");
        git(work, "add", "-A");
        git(work, "commit", "-q", "-m", "third");
        git(root, "clone", "-q", "--bare", "work", "shop.git");
        return new SampleRepository(root.resolve("shop.git"));
    }

    /** The id of a commit. */
    public String commit(String name) throws IOException {
        return git(directory, "rev-parse", name).strip();
    }

    /** Runs git for a test; its own configuration only. */
    static String git(Path directory, String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return run(directory, command);
    }

    /** Runs a program that must succeed, and answers what it printed. */
    static String run(Path directory, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(command)).directory(directory.toFile());
        builder.environment()
                .putAll(Map.of(
                        "GIT_CONFIG_GLOBAL", "/dev/null",
                        "GIT_CONFIG_NOSYSTEM", "1",
                        "GIT_AUTHOR_NAME", "a",
                        "GIT_AUTHOR_EMAIL", "a@example.invalid",
                        "GIT_COMMITTER_NAME", "a",
                        "GIT_COMMITTER_EMAIL", "a@example.invalid"));
        Process process = builder.redirectErrorStream(true).start();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (InputStream in = process.getInputStream()) {
            in.transferTo(printed);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + printed);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
