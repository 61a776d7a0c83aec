package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.workspace.WorkspaceRecords.Kept;
import org.jboss.logging.Logger;

/** The workspaces of one data directory. */
public final class TaskWorkspaces implements Workspaces {

    private static final Logger LOG = Logger.getLogger(TaskWorkspaces.class);

    /** The executor that gives tasks a directory. */
    private static final String PTY = "pty";

    private final String home;
    private final Path root;
    private final WorkspaceRecords records;
    private final GitClone clones;
    private final GitDiff diffs;

    /**
     * Looks at nothing yet.
     *
     * @param home id of the data directory
     * @param root below which tasks work
     * @param state where the worker keeps what it knows of workspaces; no task may write there
     * @param secrets where each file is a token for git
     */
    public TaskWorkspaces(String home, Path root, Path state, Git git, Path secrets) {
        this.home = home;
        this.root = root;
        this.records = new WorkspaceRecords(state);
        this.clones = new GitClone(git, secrets);
        this.diffs = new GitDiff(git);
    }

    /** Where a task's files are. */
    public sealed interface Found {
        /** On this machine. */
        record Here(Artifacts artifacts, Optional<Changes> changes) implements Found {}

        /** It was on this machine, and the task left nothing in it. */
        record Empty() implements Found {}

        /** In the data directory with this id, which is not ours. */
        record Elsewhere(String home) implements Found {}

        /** It was here and was removed, or somebody else removed it. */
        record Gone() implements Found {}

        /** There never was one: it has not begun, or no program ran in a directory. */
        record None() implements Found {}
    }

    /** What has changed since the clone. */
    @FunctionalInterface
    public interface Changes {
        /** Writes them as a patch. */
        void write(OutputStream out) throws IOException;
    }

    /** Looks at the disk. */
    public Found find(Task task) {
        if (task.home().isEmpty() || !task.executorType().equals(Optional.of(PTY))) {
            return new Found.None();
        }
        if (!task.home().get().equals(home)) {
            return new Found.Elsewhere(task.home().get());
        }
        Path directory = task.spec()
                .workingDirectory()
                .map(wished -> root.resolve(wished).normalize())
                .orElseGet(() -> directory(task.workspace()));
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return isGone(task) || task.spec().workingDirectory().isPresent() ? new Found.Gone() : new Found.Empty();
        }
        Optional<Changes> changes = records.find(task.workspace())
                .flatMap(Kept::start)
                .map(start -> new GitDiff.Place(directory, records.gitDirectory(task.workspace()), start))
                .map(place -> out -> diffs.write(place, out));
        return new Found.Here(new Artifacts(root, directory), changes);
    }

    /** The commit with which a task's workspace began, if it is a clone of ours. */
    public Optional<String> start(Task task) {
        if (task.spec().git().isEmpty() || !task.home().equals(home())) {
            return Optional.empty();
        }
        return records.find(task.workspace()).flatMap(Kept::start);
    }

    /** Whether the workspace of this task was removed, or a clone that is known no more. */
    public boolean isGone(Task task) {
        Optional<Kept> kept = records.find(task.workspace());
        boolean isLostClone = task.spec().git().isPresent()
                && (kept.isEmpty() || !Files.isDirectory(directory(task.workspace()), LinkOption.NOFOLLOW_LINKS));
        return kept.filter(Kept::removed).isPresent() || isLostClone;
    }

    /** What a task finds in its directory. */
    public sealed interface Prepared {
        /** It may begin. */
        record Ready() implements Prepared {}

        /** It can't; the directory is gone again. */
        record Failed(String why, boolean noSpace) implements Prepared {}

        /** It was ended while it was made ready; the directory is gone again. */
        record Stopped(boolean outOfTime) implements Prepared {}
    }

    /** Clones what the task asks for, unless an earlier attempt or the task that it continues did. */
    public Prepared prepare(Task task, Path directory, Conditions conditions) throws InterruptedException {
        try {
            if (task.spec().continues().isPresent()) {
                return again(task, directory);
            }
            return task.spec().git().isEmpty() || start(task).isPresent()
                    ? new Prepared.Ready()
                    : cloned(task, directory, conditions);
        } catch (IOException e) {
            boolean full = Space.isFull(directory);
            discard(directory);
            return new Prepared.Failed("the workspace can't be made: " + e, full);
        }
    }

    /** How a clone is made. */
    public record Conditions(
            Path temporary,
            String markerName,
            String markerValue,
            Consumer<String> progress,
            CompletableFuture<?> stop,
            Duration limit) {}

    private Prepared again(Task task, Path directory) throws IOException {
        if (isGone(task)) {
            discard(directory);
            return new Prepared.Failed(
                    "the workspace of task " + task.workspace() + " is gone: it can't be continued", false);
        }
        if (task.spec().workingDirectory().isEmpty()) {
            Kept kept = records.find(task.workspace()).orElseGet(() -> new Kept(task.id(), Optional.empty(), false));
            records.write(task.workspace(), kept.usedBy(task.id()));
        }
        return new Prepared.Ready();
    }

    private Prepared cloned(Task task, Path directory, Conditions how) throws IOException, InterruptedException {
        // What an attempt before has left half done.
        FileTrees.delete(directory);
        Files.createDirectories(directory);
        GitClone.Cloned cloned;
        try {
            cloned = clones.run(
                    task.spec().git().orElseThrow(),
                    new GitClone.Terms(
                            directory,
                            how.temporary(),
                            new GitClone.Marker(how.markerName(), how.markerValue()),
                            how.progress(),
                            how.stop(),
                            how.limit()));
        } catch (InterruptedException e) {
            discard(directory);
            throw e;
        }
        return switch (cloned) {
            case GitClone.Cloned.Done(String commit) -> {
                StartingPoint.keep(directory, commit, records.gitDirectory(task.id()));
                records.write(task.id(), new Kept(task.id(), Optional.of(commit), false));
                how.progress().accept("workspace: at commit " + commit);
                yield new Prepared.Ready();
            }
            case GitClone.Cloned.Failed(String why) -> {
                discard(directory);
                yield new Prepared.Failed(why, false);
            }
            case GitClone.Cloned.Full(String why) -> {
                discard(directory);
                yield new Prepared.Failed(why, true);
            }
            case GitClone.Cloned.Stopped(boolean outOfTime) -> {
                discard(directory);
                yield new Prepared.Stopped(outOfTime);
            }
        };
    }

    /** To be called after a run: whatever it left is known from now on. */
    public void settle(Task task) {
        boolean isOwn = task.spec().workingDirectory().isEmpty();
        if (isOwn && Files.isDirectory(directory(task.workspace()), LinkOption.NOFOLLOW_LINKS)) {
            record(task.workspace());
        }
    }

    private static void discard(Path directory) {
        try {
            FileTrees.delete(directory);
        } catch (IOException e) {
            LOG.warnf("a failed workspace is left: %s: %s", directory, e);
        }
    }

    private Path directory(TaskId owner) {
        return root.resolve(owner.toString());
    }

    @Override
    public Optional<String> home() {
        return Optional.of(home);
    }

    @Override
    public Map<TaskId, TaskId> known() {
        try {
            return records.all().entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().lastUser()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Set<TaskId> unrecorded() {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.flatMap(entry -> TaskId.parse(entry.getFileName().toString()).stream())
                    .filter(owner -> records.find(owner).isEmpty())
                    .collect(Collectors.toSet());
        } catch (NoSuchFileException _) {
            return Set.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void record(TaskId owner) {
        try {
            if (records.find(owner).isEmpty()) {
                records.write(owner, new Kept(owner, Optional.empty(), false));
            }
        } catch (IOException e) {
            LOG.warnf("not known to retention: %s: %s", directory(owner), e);
        }
    }

    @Override
    public void discard(TaskId owner) {
        if (records.find(owner).isEmpty()) {
            discard(directory(owner));
            // The last that a clone makes before it is recorded.
            discard(records.gitDirectory(owner));
        }
    }

    @Override
    public boolean remove(TaskId owner) {
        Optional<Kept> kept = records.find(owner).filter(known -> !known.removed());
        if (kept.isEmpty()) {
            return false;
        }
        try {
            FileTrees.delete(directory(owner));
            FileTrees.delete(records.gitDirectory(owner));
            records.write(owner, kept.get().gone());
            return true;
        } catch (IOException e) {
            LOG.warnf("a workspace can't be removed: %s: %s", directory(owner), e);
            return false;
        }
    }

    @Override
    public void forget(TaskId owner) {
        try {
            if (records.find(owner).isPresent()) {
                FileTrees.delete(directory(owner));
                records.forget(owner);
            }
        } catch (IOException e) {
            LOG.warnf("a workspace can't be removed: %s: %s", directory(owner), e);
        }
    }
}
