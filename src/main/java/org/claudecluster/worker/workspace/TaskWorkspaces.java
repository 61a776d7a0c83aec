package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.workspace.WorkspaceRecords.Kept;
import org.claudecluster.worker.workspace.WorkspaceRecords.State;
import org.jboss.logging.Logger;

/** The workspaces of one data directory. */
public final class TaskWorkspaces {

    private static final Logger LOG = Logger.getLogger(TaskWorkspaces.class);

    /** The one executor that gives tasks no directory. */
    private static final String STUB = "stub";

    private final String home;
    private final Path root;
    private final WorkspaceRecords records;
    private final KeptWorkspaces kept;
    private final Preparation preparation;
    private final GitDiff diffs;
    private boolean sharesHome;

    /**
     * Looks at nothing yet.
     *
     * @param home id of the data directory
     * @param root below which tasks work
     * @param state where the worker keeps what it knows of workspaces; no task may write there
     * @param secrets where each file is a token for git
     */
    public TaskWorkspaces(String home, Path root, Path state, Git git, Path secrets) {
        this(home, root, state, git, secrets, Disk.REAL);
    }

    /** The same on a disk that may fail. */
    TaskWorkspaces(String home, Path root, Path state, Git git, Path secrets, Disk disk) {
        this.home = home;
        this.root = root;
        this.records = new WorkspaceRecords(disk, state);
        this.kept = new KeptWorkspaces(home, root, disk, records);
        this.preparation = new Preparation(disk, state, records, kept, new GitClone(git, secrets));
        this.diffs = new GitDiff(git);
    }

    /** The same, with one HOME for all tasks instead of one for each. */
    public TaskWorkspaces sharingHome(boolean shares) {
        this.sharesHome = shares;
        return this;
    }

    /** To be called once, before anybody works here: removes what a crash left of records that it was writing. */
    public void begin() {
        try {
            records.removeParts();
        } catch (IOException e) {
            LOG.warnf("what a crash has left of records stays: %s", e);
        }
    }

    /** Has something more removed whenever there is time for it. */
    public void alsoSweeps(Runnable job) {
        kept.alsoSweeps(job);
    }

    /** Whether all tasks have one HOME. */
    public boolean sharesHome() {
        return sharesHome;
    }

    /** What is left of them, and how it goes. */
    public Workspaces kept() {
        return kept;
    }

    /** Id of the data directory to which they belong. */
    public Optional<String> home() {
        return Optional.of(home);
    }

    /** Below it each task's own HOME, or its chain's, on the same disk as the workspaces. */
    public Path homes() {
        return kept.places().homes();
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

        /** It can't be told: the disk does not say, or a record is torn. */
        record Unknown(String why) implements Found {}
    }

    /** The changes since the clone. */
    @FunctionalInterface
    public interface Changes {
        /** Writes them as a patch. */
        void write(OutputStream out) throws IOException;
    }

    /** Looks at the disk. */
    public Found find(Task task) {
        if (task.home().isEmpty()
                || task.executorType().filter(by -> !by.equals(STUB)).isEmpty()) {
            return new Found.None();
        }
        if (!task.home().get().equals(home)) {
            return new Found.Elsewhere(task.home().get());
        }
        try {
            return switch (kept.standing(task)) {
                case THERE, UNRECORDED, HALF -> here(task);
                case GONE -> new Found.Gone();
                case NEW -> mayHaveLeftNothing(task) ? new Found.Empty() : new Found.Gone();
            };
        } catch (IOException e) {
            LOG.warnf("a workspace can't be looked at taskId=%s: %s", task.id(), e);
            return new Found.Unknown(e.getClass().getSimpleName());
        }
    }

    /** A clone is never nothing, nor is a wished directory; and whose worker died had no time to give back an empty one. */
    private static boolean mayHaveLeftNothing(Task task) {
        boolean lost = task.outcome().flatMap(Outcome::reason).equals(Optional.of(Reason.WORKER_LOST));
        return task.spec().git().isEmpty() && task.spec().workingDirectory().isEmpty() && !lost;
    }

    private Found here(Task task) throws IOException {
        Path directory = task.spec().workingDirectory().isPresent()
                ? WishedDirectories.of(root, task)
                : kept.places().directory(task.workspace());
        Optional<Changes> changes = records.find(task.workspace())
                .filter(known -> known.is(State.KEPT))
                .flatMap(Kept::start)
                .map(start -> new GitDiff.Place(directory, records.gitDirectory(task.workspace()), start))
                .map(place -> out -> diffs.write(place, out));
        return new Found.Here(new Artifacts(root, directory), changes);
    }

    /** The commit with which a task's workspace began, if it is a clone of ours and its record can be read. */
    public Optional<String> start(Task task) {
        if (task.spec().git().isEmpty() || !task.home().equals(home())) {
            return Optional.empty();
        }
        try {
            return records.find(task.workspace()).flatMap(Kept::start);
        } catch (IOException e) {
            LOG.warnf("a workspace's record can't be read taskId=%s: %s", task.id(), e);
            return Optional.empty();
        }
    }

    /** What there is of the directory in which the task works. */
    public Standing standing(Task task) throws IOException {
        return kept.standing(task);
    }

    /** Says which other follow-up is at work there; who entered leaves. */
    public Optional<TaskId> enter(Task task) throws InterruptedException {
        return kept.uses().enter(task);
    }

    /** Its run is over. */
    public void leave(Task task) {
        kept.uses().leave(task);
    }

    /** The content of a task's directory at its begin. */
    public sealed interface Prepared {
        /** It may begin. */
        record Ready() implements Prepared {}

        /** It can't; what this call has made is gone again. */
        record Failed(String why, boolean noSpace) implements Prepared {}

        /** It was ended while it was made ready; what this call has made is gone again. */
        record Stopped(boolean outOfTime) implements Prepared {}
    }

    /**
     * Where a task shall work.
     *
     * @param before what there was of it before this run
     * @param isMade whether this run has made the directory, so that it may remove it
     */
    public record Place(Path directory, Standing before, boolean isMade) {}

    /** How a clone is made. */
    public record Conditions(
            Path temporary,
            String markerName,
            String markerValue,
            Consumer<String> progress,
            CompletableFuture<?> stop,
            Duration limit) {}

    /** Clones what the task asks for, unless an earlier attempt or the task that it continues did. */
    public Prepared prepare(Task task, Place place, Conditions conditions) throws InterruptedException {
        return preparation.prepare(task, place, conditions);
    }

    /**
     * To be called after a run: whatever it left is known from now on.
     *
     * @param session the CLI's session that went on in it, where its files are here
     */
    public void settle(Task task, Optional<UUID> session) {
        kept.settle(task, session);
    }
}
