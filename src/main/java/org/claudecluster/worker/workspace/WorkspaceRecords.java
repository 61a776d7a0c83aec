package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.claudecluster.worker.task.TaskId;

/**
 * What this worker knows of the directories that its tasks left, kept outside of them: an agent may write whatever it
 * likes into its own. A small file of three lines for each; beside it, for a clone, a git directory.
 */
final class WorkspaceRecords {

    private static final String SUFFIX = ".txt";
    private static final String NONE = "-";
    private static final String KEPT = "kept";
    private static final String REMOVED = "removed";

    private final Path directory;

    WorkspaceRecords(Path directory) {
        this.directory = directory;
    }

    /**
     * One directory.
     *
     * @param lastUser the newest task that worked in it
     * @param start the commit that it began with, for a clone
     * @param removed whether it is gone by our own doing
     */
    record Kept(TaskId lastUser, Optional<String> start, boolean removed) {

        Kept usedBy(TaskId task) {
            return new Kept(task, start, removed);
        }

        Kept gone() {
            return new Kept(lastUser, start, true);
        }
    }

    Optional<Kept> find(TaskId owner) {
        try {
            List<String> lines = Files.readAllLines(file(owner));
            if (lines.size() != 3) {
                return Optional.empty();
            }
            Optional<String> start = Optional.of(lines.get(1)).filter(commit -> !commit.equals(NONE));
            return TaskId.parse(lines.get(0))
                    .map(user -> new Kept(user, start, lines.get(2).equals(REMOVED)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Written whole or not at all. */
    void write(TaskId owner, Kept kept) throws IOException {
        Files.createDirectories(directory);
        Path part = Files.createTempFile(directory, "record", ".part");
        Files.writeString(
                part,
                String.join(
                                "\n",
                                kept.lastUser().toString(),
                                kept.start().orElse(NONE),
                                kept.removed() ? REMOVED : KEPT)
                        + "\n");
        Files.move(part, file(owner), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void forget(TaskId owner) throws IOException {
        FileTrees.delete(gitDirectory(owner));
        Files.deleteIfExists(file(owner));
    }

    Map<TaskId, Kept> all() throws IOException {
        Map<TaskId, Kept> all = new HashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .flatMap(name -> TaskId.parse(name.substring(0, name.length() - SUFFIX.length())).stream())
                    .forEach(owner -> find(owner).ifPresent(kept -> all.put(owner, kept)));
        } catch (NoSuchFileException _) {
            return Map.of();
        }
        return all;
    }

    Path gitDirectory(TaskId owner) {
        return directory.resolve(owner + ".git");
    }

    private Path file(TaskId owner) {
        return directory.resolve(owner + SUFFIX);
    }
}
