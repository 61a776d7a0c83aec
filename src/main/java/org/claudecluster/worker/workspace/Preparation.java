package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.workspace.TaskWorkspaces.Conditions;
import org.claudecluster.worker.workspace.TaskWorkspaces.Place;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;
import org.claudecluster.worker.workspace.WorkspaceRecords.Kept;
import org.claudecluster.worker.workspace.WorkspaceRecords.State;
import org.jboss.logging.Logger;

/** Makes a directory ready for a run, and removes of it what it has made itself when it can't. */
final class Preparation {

    private static final Logger LOG = Logger.getLogger(Preparation.class);

    private final Disk disk;
    private final Path state;
    private final WorkspaceRecords records;
    private final KeptWorkspaces kept;
    private final GitClone clones;

    Preparation(Disk disk, Path state, WorkspaceRecords records, KeptWorkspaces kept, GitClone clones) {
        this.disk = disk;
        this.state = state;
        this.records = records;
        this.kept = kept;
        this.clones = clones;
    }

    /** Clones what the task asks for, unless an earlier attempt or the task that it continues did. */
    Prepared prepare(Task task, Place place, Conditions conditions) throws InterruptedException {
        try {
            if (task.spec().continues().isPresent()) {
                return again(task, place);
            }
            boolean isCloned = place.before() == Standing.THERE
                    && records.find(task.id()).flatMap(Kept::start).isPresent();
            if (task.spec().git().isEmpty() || isCloned) {
                return new Prepared.Ready();
            }
            return cloned(task, place, conditions);
        } catch (IOException e) {
            return failed(place, e);
        }
    }

    /** INVARIANT: nothing goes that this run has not made. */
    private Prepared failed(Place place, IOException e) {
        boolean full = FreeSpace.isFull(place.directory()) || FreeSpace.isFull(state);
        if (place.isMade()) {
            discard(place.directory());
        }
        return new Prepared.Failed("the workspace can't be made: " + e, full);
    }

    private Prepared again(Task task, Place place) throws IOException {
        boolean isClone = task.spec().git().isPresent();
        boolean isWished = task.spec().workingDirectory().isPresent();
        boolean lost = place.before() == Standing.GONE || place.before() == Standing.HALF;
        if (lost || ((isClone || isWished) && !place.before().isThere())) {
            if (place.isMade()) {
                discard(place.directory());
            }
            return new Prepared.Failed(
                    "the workspace of task " + task.workspace() + " is gone: it can't be continued", false);
        }
        if (!isWished) {
            Kept known = records.find(task.workspace()).orElseGet(() -> Kept.by(task.id()));
            records.write(task.workspace(), known.usedBy(task.id()));
        }
        return new Prepared.Ready();
    }

    private Prepared cloned(Task task, Place place, Conditions how) throws IOException, InterruptedException {
        Path directory = place.directory();
        if (!place.isMade()) {
            makeRoom(task.id(), place);
        }
        // INVARIANT: known as half a clone before git runs, so that what a crash leaves is told from anybody's work.
        records.write(task.id(), new Kept(task.id(), Optional.empty(), State.CLONING));
        boolean done = false;
        try {
            disk.makeDirectories(directory);
            GitClone.Cloned cloned = clones.run(
                    task.spec().git().orElseThrow(),
                    new GitClone.Terms(
                            directory,
                            how.temporary(),
                            new GitClone.Marker(how.markerName(), how.markerValue()),
                            how.progress(),
                            how.stop(),
                            how.limit()));
            if (cloned instanceof GitClone.Cloned.Done(String commit)) {
                StartingPoint.keep(directory, commit, records.gitDirectory(task.id()));
                records.write(task.id(), new Kept(task.id(), Optional.of(commit), State.KEPT));
                done = true;
            }
            return prepared(cloned, how);
        } finally {
            if (!done) {
                discardClone(task.id(), directory);
            }
        }
    }

    private static Prepared prepared(GitClone.Cloned cloned, Conditions how) {
        return switch (cloned) {
            case GitClone.Cloned.Done(String commit) -> {
                how.progress().accept("workspace: at commit " + commit);
                yield new Prepared.Ready();
            }
            case GitClone.Cloned.Failed(String why) -> new Prepared.Failed(why, false);
            case GitClone.Cloned.Full(String why) -> new Prepared.Failed(why, true);
            case GitClone.Cloned.Stopped(boolean outOfTime) -> new Prepared.Stopped(outOfTime);
        };
    }

    /** A directory was there before this run: half of a clone of ours, or who knows what. */
    private void makeRoom(TaskId task, Place place) throws IOException {
        if (place.before() == Standing.HALF) {
            disk.removeTree(place.directory());
        } else if (!disk.list(place.directory()).isEmpty()) {
            kept.setAside(task);
        }
    }

    private void discardClone(TaskId task, Path directory) {
        try {
            disk.removeTree(directory);
            records.forget(task);
        } catch (IOException e) {
            LOG.warnf("a failed workspace is left: %s: %s", directory, e);
        }
    }

    private void discard(Path directory) {
        try {
            disk.removeTree(directory);
        } catch (IOException e) {
            LOG.warnf("a failed workspace is left: %s: %s", directory, e);
        }
    }
}
