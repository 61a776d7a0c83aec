package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells git that a task's directory is safe, whoever owns it, and no other: the task was sent there. By variables
 * ({@code GIT_CONFIG_COUNT}), so that it ends with the task and does not matter where HOME is.
 */
public final class SafeDirectories {

    private static final String COUNT = "GIT_CONFIG_COUNT";

    private SafeDirectories() {}

    /**
     * Adds the variables, behind those of the same kind that are there.
     *
     * @param environment of the task's process
     * @param work where it works
     * @param root below which tasks work, itself never safe
     */
    public static void add(Map<String, String> environment, Path work, Path root) {
        int number = count(environment);
        for (String directory : directories(work, root)) {
            environment.put("GIT_CONFIG_KEY_" + number, "safe.directory");
            environment.put("GIT_CONFIG_VALUE_" + number, directory);
            number++;
        }
        environment.put(COUNT, String.valueOf(number));
    }

    /** What is no number makes git refuse everything, so it is as good as none. */
    private static int count(Map<String, String> environment) {
        String given = environment.getOrDefault(COUNT, "0");
        return given.matches("\\d{1,4}") ? Integer.parseInt(given) : 0;
    }

    /** Git compares with the real path, and wants the repository's top: it may lie above the task's directory. */
    private static List<String> directories(Path work, Path root) {
        Path real = real(work);
        List<String> safe = new ArrayList<>(List.of(real.toString(), real + "/*"));
        repository(real, real(root)).map(Path::toString).ifPresent(safe::add);
        return safe;
    }

    private static Optional<Path> repository(Path work, Path root) {
        for (Path above = work.getParent(); above != null && above.startsWith(root); above = above.getParent()) {
            if (!above.equals(root) && Files.exists(above.resolve(".git"), LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of(above);
            }
        }
        return Optional.empty();
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path.toAbsolutePath().normalize();
        }
    }
}
