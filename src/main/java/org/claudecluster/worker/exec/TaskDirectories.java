package org.claudecluster.worker.exec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.claudecluster.worker.task.Task;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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
            Path own = workspaces.make(task.id().toString());
            return new TaskDirectories(own, Optional.of(workspaces), temporary(task, temporaries), temporaries);
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
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) throws IOException {
                // Module caches are read-only, and then so is the list of what is in them.
                if (!Files.isWritable(visited)) {
                    Files.setPosixFilePermissions(visited, PosixFilePermissions.fromString("rwx------"));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
                if (why instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) && !Files.isReadable(file)) {
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
                    deleteTree(file);
                    return FileVisitResult.CONTINUE;
                }
                throw why;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException why) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The wished directory is not below the root. */
    static final class OutsideWorkspaceException extends IOException {

        private static final long serialVersionUID = 1L;

        OutsideWorkspaceException(String message) {
            super(message);
        }
    }
}
