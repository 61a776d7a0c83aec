package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.workspace.WorkspaceRecords.Kept;
import org.claudecluster.worker.workspace.WorkspaceRecords.State;
import org.jboss.logging.Logger;

/**
 * Keeps what tasks have left below one root, and removes it. The root may be others' as well: what is ours there is
 * named by a task that our store knows, or lies in {@code .<home>}.
 */
final class KeptWorkspaces implements Workspaces {

    private static final Logger LOG = Logger.getLogger(KeptWorkspaces.class);

    private final String home;
    private final Path root;
    private final Disk disk;
    private final WorkspaceRecords records;
    private final Places places;
    private final Removal removal;
    private final WorkspaceUses uses = new WorkspaceUses();
    private final List<Runnable> sweeps = new CopyOnWriteArrayList<>();

    KeptWorkspaces(String home, Path root, Disk disk, WorkspaceRecords records) {
        this.home = home;
        this.root = root;
        this.places = new Places(root, home);
        this.removal = new Removal(disk, records, places, uses);
        this.disk = disk;
        this.records = records;
    }

    WorkspaceUses uses() {
        return uses;
    }

    Places places() {
        return places;
    }

    /** What there is of the directory in which a task works. */
    Standing standing(Task task) throws IOException {
        if (task.spec().workingDirectory().isPresent()) {
            return disk.isDirectory(WishedDirectories.of(root, task)) ? Standing.THERE : Standing.NEW;
        }
        Optional<Kept> kept = records.find(task.workspace());
        boolean there = disk.isDirectory(places.directory(task.workspace()));
        if (kept.isEmpty()) {
            return there ? Standing.UNRECORDED : Standing.NEW;
        }
        return switch (kept.get().state()) {
            case CLONING -> Standing.HALF;
            case REMOVED -> Standing.GONE;
            case KEPT -> there ? Standing.THERE : Standing.GONE;
        };
    }

    /** Something is in the way and nobody knows what: it keeps all that is in it, under another name, until its task goes. */
    void setAside(TaskId owner) throws IOException {
        Path aside = places.asideOf(owner);
        disk.makeDirectories(aside);
        Path place = aside.resolve(String.valueOf(disk.list(aside).size()));
        disk.rename(places.directory(owner), place);
        LOG.warnf("a directory of unknown origin was in a clone's way, it is now %s", place);
    }

    /** To be called after a run: what it left is known from now on. */
    void settle(Task task, Optional<UUID> session) {
        TaskId owner = task.workspace();
        try {
            boolean leftWork = task.spec().workingDirectory().isEmpty() && disk.isDirectory(places.directory(owner));
            if (leftWork || disk.isDirectory(places.homeOf(owner)) || session.isPresent()) {
                used(owner, task.id());
            }
            note(owner, session);
        } catch (IOException e) {
            LOG.warnf("not known to retention: %s: %s", places.directory(owner), e);
        }
    }

    private void used(TaskId owner, TaskId by) throws IOException {
        Optional<Kept> before = records.find(owner);
        if (before.isEmpty() || before.get().is(State.REMOVED)) {
            records.write(owner, Kept.by(by));
        } else if (before.get().is(State.KEPT) && !before.get().lastUser().equals(by)) {
            records.write(owner, before.get().usedBy(by));
        }
    }

    private void note(TaskId owner, Optional<UUID> session) throws IOException {
        Set<UUID> sessions = session.isEmpty() ? Set.of() : new HashSet<>(records.sessions(owner));
        if (session.isPresent() && sessions.add(session.get())) {
            records.writeSessions(owner, sessions);
        }
    }

    @Override
    public Optional<String> home() {
        return Optional.of(home);
    }

    @Override
    public Map<TaskId, TaskId> known() {
        Map<TaskId, TaskId> known = new HashMap<>();
        try {
            for (TaskId owner : records.all()) {
                lastUser(owner).ifPresent(user -> known.put(owner, user));
            }
        } catch (IOException e) {
            LOG.warnf("retention can't see what there is: %s", e);
        }
        return known;
    }

    @Override
    public Optional<TaskId> lastUser(TaskId owner) {
        try {
            Optional<TaskId> user = records.find(owner).map(Kept::lastUser);
            // Its sessions may have outlived the rest.
            return user.isPresent() || records.sessions(owner).isEmpty() ? user : Optional.of(owner);
        } catch (IOException e) {
            LOG.warnf("the record of a workspace can't be read, so that it stays: %s: %s", places.directory(owner), e);
            return Optional.empty();
        }
    }

    @Override
    public Set<TaskId> unsettled() {
        Set<TaskId> unsettled = new HashSet<>();
        try {
            Set<TaskId> named = new HashSet<>(records.all());
            for (Path parent : new Path[] {root, places.homes()}) {
                for (Path entry : disk.list(parent)) {
                    TaskId.parse(String.valueOf(entry.getFileName())).ifPresent(named::add);
                }
            }
            named.stream().filter(this::isUnsettled).forEach(unsettled::add);
        } catch (IOException e) {
            LOG.warnf("what a crash has left can't be seen: %s", e);
        }
        return unsettled;
    }

    private boolean isUnsettled(TaskId owner) {
        try {
            Optional<Kept> kept = records.find(owner);
            return kept.isPresent()
                    ? kept.get().is(State.CLONING)
                    : disk.isDirectory(places.directory(owner)) || disk.isDirectory(places.homeOf(owner));
        } catch (IOException _) {
            // Nothing is done on doubt; whoever needs it is told.
            return false;
        }
    }

    @Override
    public void settleCrashed(TaskId owner, Optional<UUID> session) {
        boolean _ = uses.whileUnused(owner, () -> {
            try {
                settleUnused(owner, session);
            } catch (IOException e) {
                LOG.warnf("what a crash has left stays as it is: %s: %s", places.directory(owner), e);
            }
            return true;
        });
    }

    private void settleUnused(TaskId owner, Optional<UUID> session) throws IOException {
        Optional<Kept> kept = records.find(owner);
        if (kept.isEmpty()) {
            records.write(owner, Kept.by(owner));
            note(owner, session);
        } else if (kept.get().is(State.CLONING)) {
            // INVARIANT: nothing but git has run in there.
            disk.removeTree(places.directory(owner));
            records.forget(owner);
        }
    }

    @Override
    public boolean remove(TaskId owner, BooleanSupplier unwanted) {
        return removal.isDone(owner, unwanted, false);
    }

    @Override
    public boolean forget(TaskId owner, BooleanSupplier unwanted) {
        return removal.isDone(owner, unwanted, true);
    }

    @Override
    public Set<UUID> sessions(TaskId owner) {
        try {
            return records.sessions(owner);
        } catch (IOException e) {
            LOG.warnf(
                    "the sessions of a workspace can't be read, so that they stay: %s: %s", places.directory(owner), e);
            return Set.of();
        }
    }

    @Override
    public void forgetSessions(TaskId owner, Set<UUID> gone) {
        try {
            Set<UUID> left = new HashSet<>(records.sessions(owner));
            left.removeAll(gone);
            records.writeSessions(owner, left);
        } catch (IOException e) {
            LOG.warnf("the sessions of a workspace can't be forgotten: %s: %s", places.directory(owner), e);
        }
    }

    void alsoSweeps(Runnable job) {
        sweeps.add(job);
    }

    @Override
    public void sweep() {
        sweeps.forEach(Runnable::run);
    }
}
