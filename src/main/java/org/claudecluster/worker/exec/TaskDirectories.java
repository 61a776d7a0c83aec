package org.claudecluster.worker.exec;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.claudecluster.worker.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * The two directories of one run: where the task works, and a private one for temporary files that goes with it. A
 * working directory of the task's own stays when the task left something in it.
 */
record TaskDirectories(Path work, Optional<DirectoryPool> owner, Path temporary, DirectoryPool temporaries)
        implements AutoCloseable {

    /**
     * Makes them.
     *
     * @throws OutsideWorkspaceException when the wished directory leaves the root through a symbolic link
     * @throws IOException when they can't be made
     */
    static TaskDirectories open(Task task, DirectoryPool workspaces, DirectoryPool temporaries) throws IOException {
        Path temporary = temporaries.make(task.id().toString());
        if (task.spec().workingDirectory().isEmpty()) {
            Path own = workspaces.make(task.id().toString());
            return new TaskDirectories(own, Optional.of(workspaces), temporary, temporaries);
        }
        Path wished =
                workspaces.root().resolve(task.spec().workingDirectory().get()).normalize();
        requireInside(workspaces.root(), wished);
        Files.createDirectories(wished);
        return new TaskDirectories(wished.toRealPath(), Optional.empty(), temporary, temporaries);
    }

    /** Checked again at the run, since a link may have been made after the submit. */
    private static void requireInside(Path workspaces, Path wished) throws IOException {
        Files.createDirectories(workspaces);
        Path root = workspaces.toRealPath();
        Path existing = wished;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        boolean inside = existing != null && existing.toRealPath().startsWith(root);
        if (!inside || !wished.startsWith(workspaces)) {
            throw new OutsideWorkspaceException("workingDirectory leads out of the workspace root");
        }
    }

    @Override
    public void close() throws IOException {
        if (!temporaries.takeBack(temporary)) {
            deleteTree(temporary);
        }
        if (owner.isPresent()) {
            // What the task left in its directory is the caller's to read, and keeps it.
            owner.get().takeBack(work);
        }
    }

    /** Removes a directory and what is below it, never following a link. */
    static void deleteTree(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
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
