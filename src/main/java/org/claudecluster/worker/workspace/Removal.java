package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.workspace.WorkspaceRecords.Kept;
import org.claudecluster.worker.workspace.WorkspaceRecords.State;
import org.jboss.logging.Logger;

/** Removes what belongs to a chain of tasks, beside runs that begin and follow-ups that are submitted. */
final class Removal {

    private static final Logger LOG = Logger.getLogger(Removal.class);

    private final Disk disk;
    private final WorkspaceRecords records;
    private final Places places;
    private final WorkspaceUses uses;

    Removal(Disk disk, WorkspaceRecords records, Places places, WorkspaceUses uses) {
        this.disk = disk;
        this.records = records;
        this.places = places;
        this.uses = uses;
    }

    /** False when it was not there any more, is wanted, or can't be removed, which is logged. */
    boolean isDone(TaskId owner, BooleanSupplier unwanted, boolean alsoForgotten) {
        try {
            Optional<Kept> kept = records.find(owner);
            if (kept.isEmpty() || !uses.whileUnused(owner, () -> isGivenUp(owner, unwanted))) {
                return false;
            }
            for (Path path : List.of(
                    places.leavingOf(owner),
                    places.homeOf(owner),
                    places.asideOf(owner),
                    records.gitDirectory(owner))) {
                disk.removeTree(path);
            }
            if (alsoForgotten) {
                records.forget(owner);
                return true;
            }
            boolean first = !kept.get().is(State.REMOVED);
            if (first) {
                records.write(owner, kept.get().gone());
            }
            return first;
        } catch (IOException e) {
            LOG.warnf("a workspace can't be removed: %s: %s", places.directory(owner), e);
            return false;
        }
    }

    /**
     * INVARIANT: it is under another name before the first file of it goes, and asked about once more after that: a
     * follow-up that was submitted before finds it whole, and one that is submitted later is refused.
     */
    private boolean isGivenUp(TaskId owner, BooleanSupplier unwanted) {
        boolean gone = false;
        try {
            if (!unwanted.getAsBoolean()) {
                return false;
            }
            if (disk.look(places.directory(owner)).isPresent()) {
                disk.makeDirectories(places.homes());
                disk.removeTree(places.leavingOf(owner));
                disk.rename(places.directory(owner), places.leavingOf(owner));
            }
            gone = unwanted.getAsBoolean();
        } catch (IOException e) {
            LOG.warnf("a workspace can't be removed: %s: %s", places.directory(owner), e);
        } finally {
            if (!gone) {
                comeBack(owner);
            }
        }
        return gone;
    }

    private void comeBack(TaskId owner) {
        try {
            if (disk.look(places.leavingOf(owner)).isPresent()
                    && disk.look(places.directory(owner)).isEmpty()) {
                disk.rename(places.leavingOf(owner), places.directory(owner));
            }
        } catch (IOException e) {
            LOG.warnf("a workspace that is wanted after all is in %s: %s", places.leavingOf(owner), e);
        }
    }
}
