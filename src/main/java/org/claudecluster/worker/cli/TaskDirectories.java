package org.claudecluster.worker.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.files.FileTrees;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.Standing;
import org.claudecluster.worker.workspace.TaskWorkspaces.Place;
import org.claudecluster.worker.workspace.WishedDirectories;
import org.jboss.logging.Logger;

/**
 * The directories of one run: where the task works, its HOME, and a private one for temporary files that goes with it. A
 * working directory and a HOME of the task's own stay when the task left something that may be gone on with.
 */
public final class TaskDirectories implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(TaskDirectories.class);

    private final Place place;
    private final Path home;
    private final Path temporary;
    private final Pools pools;
    private final boolean isWished;
    private final boolean isFollowUp;
    private final List<Path> filled = new ArrayList<>();
    private boolean kept;

    private TaskDirectories(Task task, Place place, Path home, Path temporary, Pools pools) {
        this.place = place;
        this.home = home;
        this.temporary = temporary;
        this.pools = pools;
        this.isWished = task.spec().workingDirectory().isPresent();
        // Its directories are the whole chain's: another one of it may be about to begin.
        this.isFollowUp = task.spec().continues().isPresent();
        filled.addAll(List.of(place.directory(), temporary));
        if (pools.sharedHome().isEmpty()) {
            filled.add(home);
        }
    }

    /**
     * Where they come from.
     *
     * @param homes where each task, or chain of follow-ups, has a HOME of its own
     * @param sharedHome the HOME of all, where they are to have none of their own
     */
    public record Pools(
            DirectoryPool workspaces,
            DirectoryPool homes,
            Optional<Path> sharedHome,
            DirectoryPool temporaries,
            SetAside aside) {}

    /**
     * Makes them.
     *
     * @param before what there is of the working directory
     * @throws OutsideWorkspaceException when the wished directory leaves the root through a symbolic link
     * @throws IOException when they can't be made
     */
    public static TaskDirectories open(Task task, Standing before, Pools pools) throws IOException {
        Place place =
                task.spec().workingDirectory().isPresent() ? wished(task, before, pools) : own(task, before, pools);
        Path home = pools.sharedHome().isPresent()
                ? pools.sharedHome().get()
                : pools.homes().make(task.workspace().toString()).path();
        return new TaskDirectories(task, place, home, temporary(task, pools), pools);
    }

    private static Place own(Task task, Standing before, Pools pools) throws IOException {
        DirectoryPool.Made made = pools.workspaces().make(task.workspace().toString());
        return new Place(made.path(), before, made.isNew());
    }

    private static Place wished(Task task, Standing before, Pools pools) throws IOException {
        Path root = WishedDirectories.root(pools.workspaces().root(), task.tenant());
        Path wished = WishedDirectories.of(pools.workspaces().root(), task);
        requireInside(root, wished);
        if (WishedDirectories.isReserved(root.relativize(wished))) {
            throw new OutsideWorkspaceException("workingDirectory is the worker's own, or another task's");
        }
        Files.createDirectories(wished);
        return new Place(wished.toRealPath(), before, false);
    }

    /** Made last, so that a refusal leaves nothing; what an earlier attempt left in it goes first. */
    private static Path temporary(Task task, Pools pools) throws IOException {
        String name = task.id().toString();
        pools.aside().replace(pools.temporaries().root().resolve(name));
        return pools.temporaries().make(name).path();
    }

    /** Checked again at the run, since a link may have been made after the submit. */
    private static void requireInside(Path workspaces, Path wished) throws IOException {
        Files.createDirectories(workspaces);
        Path root = workspaces.toRealPath();
        Path existing = wished;
        while (existing != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = existing.getParent();
        }
        // A link to nothing leads wherever somebody makes something.
        boolean inside = existing != null
                && Files.exists(existing)
                && existing.toRealPath().startsWith(root);
        if (!inside || !wished.startsWith(workspaces)) {
            throw new OutsideWorkspaceException("workingDirectory leads out of the workspace root");
        }
    }

    public Path work() {
        return place.directory();
    }

    public Place place() {
        return place;
    }

    Path home() {
        return home;
    }

    public Path temporary() {
        return temporary;
    }

    /** All that the run fills and that goes with it or with its task. */
    public List<Path> filled() {
        return List.copyOf(filled);
    }

    /** More of it. */
    public void fills(List<Path> others) {
        filled.addAll(others);
    }

    /** The CLI's session goes on here: then the directory stays, also as an empty one, to be told from a lost one. */
    public void keep() {
        kept = true;
    }

    /** Never throws: what can't be removed must not undo what the run came to. */
    @Override
    public void close() {
        try {
            if (!pools.temporaries().takeBack(temporary)) {
                FileTrees.delete(temporary);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("temporary files are left in %s: %s", temporary, e);
        }
        if (!isFollowUp && !kept) {
            takeBack();
        }
    }

    /** What the task left in its HOME or in its directory is the caller's to read, and keeps both. */
    private void takeBack() {
        try {
            boolean homeIsBack = pools.sharedHome().isPresent() || isTakenBack(pools.homes(), home);
            if (homeIsBack && !isWished) {
                boolean _ = pools.workspaces().takeBack(place.directory());
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("an empty directory is left: %s: %s", place.directory(), e);
        }
    }

    private static boolean isTakenBack(DirectoryPool pool, Path directory) throws IOException {
        return pool.takeBack(directory) || Disk.REAL.look(directory).isEmpty();
    }

    /** The wished directory is not below the root. */
    public static final class OutsideWorkspaceException extends IOException {

        private static final long serialVersionUID = 1L;

        OutsideWorkspaceException(String message) {
            super(message);
        }
    }
}
