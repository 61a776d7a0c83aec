package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.files.WholeFile;
import org.claudecluster.worker.task.TaskId;

/**
 * Keeps what this worker knows of the directories that its tasks left, outside of them: an agent may write whatever it
 * likes into its own. A small file of three lines for each; beside it the CLI's sessions, a line for each, and for a
 * clone a git directory.
 *
 * <p>INVARIANT: a record that can't be read, or that says what we don't understand, is thrown and never taken for none.
 */
final class WorkspaceRecords {

    private static final String SUFFIX = ".txt";
    private static final String SESSIONS = ".sessions";
    private static final String NONE = "-";

    private final Disk disk;
    private final Path directory;

    WorkspaceRecords(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** How far it is with a directory. */
    enum State {
        /** It holds nothing but a clone that is being made, or was when its worker died. */
        CLONING("cloning"),
        /** Tasks have worked in it. */
        KEPT("kept"),
        /** It is gone by our own doing. */
        REMOVED("removed");

        private final String word;

        State(String word) {
            this.word = word;
        }
    }

    /**
     * One directory.
     *
     * @param lastUser the newest task that worked in it
     * @param start the commit that it began with, for a clone
     */
    record Kept(TaskId lastUser, Optional<String> start, State state) {

        static Kept by(TaskId task) {
            return new Kept(task, Optional.empty(), State.KEPT);
        }

        Kept usedBy(TaskId task) {
            return new Kept(task, start, State.KEPT);
        }

        Kept gone() {
            return new Kept(lastUser, start, State.REMOVED);
        }

        boolean is(State wanted) {
            return state == wanted;
        }
    }

    /** Empty: nothing is known of it. */
    Optional<Kept> find(TaskId owner) throws IOException {
        Path file = file(owner, SUFFIX);
        Optional<String> text = disk.read(file);
        return text.isEmpty() ? Optional.empty() : Optional.of(parse(file, text.get()));
    }

    private static Kept parse(Path file, String text) throws IOException {
        List<String> lines = text.lines().toList();
        if (lines.size() == 3) {
            Optional<TaskId> user = TaskId.parse(lines.get(0));
            Optional<String> start = Optional.of(lines.get(1)).filter(commit -> !commit.equals(NONE));
            for (State state : State.values()) {
                if (user.isPresent() && state.word.equals(lines.get(2))) {
                    return new Kept(user.get(), start, state);
                }
            }
        }
        throw new IOException(file + " is torn, or of another version");
    }

    /** Written whole or not at all. */
    void write(TaskId owner, Kept kept) throws IOException {
        disk.write(
                file(owner, SUFFIX),
                String.join("\n", kept.lastUser().toString(), kept.start().orElse(NONE), kept.state().word) + "\n");
    }

    /** The CLI's sessions that went on in this directory. */
    Set<UUID> sessions(TaskId owner) throws IOException {
        Path file = file(owner, SESSIONS);
        try {
            return disk.read(file).orElse("").lines().map(UUID::fromString).collect(Collectors.toSet());
        } catch (IllegalArgumentException _) {
            throw new IOException(file + " is torn, or of another version");
        }
    }

    void writeSessions(TaskId owner, Set<UUID> sessions) throws IOException {
        if (sessions.isEmpty()) {
            disk.remove(file(owner, SESSIONS));
            return;
        }
        disk.write(
                file(owner, SESSIONS),
                sessions.stream().map(UUID::toString).sorted().collect(Collectors.joining("\n", "", "\n")));
    }

    /** All but its sessions, which may outlive it. */
    void forget(TaskId owner) throws IOException {
        disk.removeTree(gitDirectory(owner));
        disk.remove(file(owner, SUFFIX));
    }

    /** Of which something is known, readable or not. */
    Set<TaskId> all() throws IOException {
        Set<TaskId> all = new LinkedHashSet<>(named(SUFFIX));
        all.addAll(named(SESSIONS));
        return all;
    }

    private Set<TaskId> named(String suffix) throws IOException {
        Set<TaskId> named = new HashSet<>();
        for (Path file : disk.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(suffix)) {
                TaskId.parse(name.substring(0, name.length() - suffix.length())).ifPresent(named::add);
            }
        }
        return named;
    }

    /** To be called once, before anybody writes here. */
    void removeParts() throws IOException {
        WholeFile.removeParts(directory);
    }

    Path gitDirectory(TaskId owner) {
        return directory.resolve(owner + ".git");
    }

    private Path file(TaskId owner, String suffix) {
        return directory.resolve(owner + suffix);
    }
}
