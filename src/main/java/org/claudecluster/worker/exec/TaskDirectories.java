package org.claudecluster.worker.exec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.FileTrees;
import org.jboss.logging.Logger;

/**
 * The two directories of one run: where the task works, and a private one for temporary files that goes with it. A
 * working directory of the task's own stays when the task left something in it.
 */
record TaskDirectories(Path work, Optional<DirectoryPool> owner, Path temporary, DirectoryPool temporaries)
        implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(TaskDirectories.class);

    /**
     * Makes them.
     *
     * @throws OutsideWorkspaceException when the wished directory leaves the root through a symbolic link
     * @throws IOException when they can't be made
     */
    static TaskDirectories open(Task task, DirectoryPool workspaces, DirectoryPool temporaries) throws IOException {
        if (task.spec().workingDirectory().isEmpty()) {
            Path own = workspaces.make(task.workspace().toString());
            // A follow-up's directory is the whole chain's: another one of it may be about to begin.
            Optional<DirectoryPool> owner =
                    task.spec().continues().isPresent() ? Optional.empty() : Optional.of(workspaces);
            return new TaskDirectories(own, owner, temporary(task, temporaries), temporaries);
        }
        Path wished =
                workspaces.root().resolve(task.spec().workingDirectory().get()).normalize();
        requireInside(workspaces.root(), wished);
        Files.createDirectories(wished);
        return new TaskDirectories(wished.toRealPath(), Optional.empty(), temporary(task, temporaries), temporaries);
    }

    /** Made last, so that a refusal leaves nothing; what an earlier attempt left in it goes first. */
    private static Path temporary(Task task, DirectoryPool temporaries) throws IOException {
        String name = task.id().toString();
        deleteTree(temporaries.root().resolve(name));
        return temporaries.make(name);
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

    /** Never throws: what can't be removed must not undo what the run came to. */
    @Override
    public void close() {
        try {
            if (!temporaries.takeBack(temporary)) {
                deleteTree(temporary);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("temporary files are left in %s: %s", temporary, e);
        }
        try {
            if (owner.isPresent()) {
                // What the task left in its directory is the caller's to read, and keeps it.
                owner.get().takeBack(work);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("an empty directory is left: %s: %s", work, e);
        }
    }

    /** Removes a directory and what is below it, never following a link. */
    static void deleteTree(Path directory) throws IOException {
        FileTrees.delete(directory);
    }

    /** The wished directory is not below the root. */
    static final class OutsideWorkspaceException extends IOException {

        private static final long serialVersionUID = 1L;

        OutsideWorkspaceException(String message) {
            super(message);
        }
    }
}
