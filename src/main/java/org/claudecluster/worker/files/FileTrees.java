package org.claudecluster.worker.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whole directories. */
public final class FileTrees {

    private static final Set<PosixFilePermission> OURS = PosixFilePermissions.fromString("rwx------");
    /** Each level holds a descriptor open. */
    private static final int DEEP = 64;
    /** Half of what Linux takes for a path. */
    private static final int LONG = 2048;
    /** Somebody may still be writing there. */
    private static final int PASSES = 3;

    private FileTrees() {}

    /**
     * Removes a directory and what is below it, never following a link, however deep it is and whatever modes an agent
     * gave it. What can't be removed does not save the rest; the first reason is thrown at the end.
     */
    @SuppressWarnings("StreamResourceLeak") // what is opened is closed by its other type
    public static void delete(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new IOException("a file system is no directory to be removed: " + directory);
        }
        Deletion deletion = new Deletion();
        try (SecureDirectoryStream<Path> above = secure(Files.newDirectoryStream(parent))) {
            deletion.remove(above, absolute.getFileName(), absolute, 0);
        } catch (NoSuchFileException _) {
            return;
        }
        deletion.throwFirst();
    }

    /** Opens a directory so that its entries are reached through its descriptor. */
    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("this system can't open a directory's entries without following links");
    }

    /** One removal. Each directory is opened through its parent's descriptor, so that no link leads us elsewhere. */
    private static final class Deletion {

        private @Nullable IOException first;
        private @Nullable SecureDirectoryStream<Path> top;
        private int moved;

        void throwFirst() throws IOException {
            if (first != null) {
                throw first;
            }
        }

        void remove(SecureDirectoryStream<Path> parent, Path name, Path path, int depth) {
            try {
                BasicFileAttributes found = parent.getFileAttributeView(
                                name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .readAttributes();
                if (found.isDirectory()) {
                    removeDirectory(parent, name, path, depth);
                } else {
                    parent.deleteFile(name);
                }
            } catch (NoSuchFileException _) {
                // Somebody else was faster.
                return;
            } catch (IOException e) {
                remember(e);
            }
        }

        private void removeDirectory(SecureDirectoryStream<Path> parent, Path name, Path path, int depth)
                throws IOException {
            if (top != null && (depth > DEEP || path.toString().length() > LONG) && isMovedUp(parent, name, path)) {
                return;
            }
            for (int pass = 1; ; pass++) {
                int movedBefore = moved;
                empty(parent, name, path, depth);
                try {
                    parent.deleteDirectory(name);
                    return;
                } catch (DirectoryNotEmptyException e) {
                    if (moved == movedBefore && (pass >= PASSES || first != null)) {
                        throw e;
                    }
                }
            }
        }

        private void empty(SecureDirectoryStream<Path> parent, Path name, Path path, int depth) throws IOException {
            try (SecureDirectoryStream<Path> directory = open(parent, name, path)) {
                boolean isTop = top == null;
                if (isTop) {
                    top = directory;
                }
                for (Path entry : directory) {
                    Path below = entry.getFileName();
                    remove(directory, below, path.resolve(below), depth + 1);
                }
                if (isTop) {
                    top = null;
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }

        /** What lies too deep for descriptors and paths becomes an entry of the first directory, found in its next pass. */
        private boolean isMovedUp(SecureDirectoryStream<Path> parent, Path name, Path path) {
            try {
                permit(path);
                Path higher = Path.of(".deep-" + moved++);
                parent.move(name, top, higher);
                return true;
            } catch (IOException _) {
                return false;
            }
        }

        /** Module caches are read-only, and then so is the list of what is in them; others can't even be looked into. */
        private static SecureDirectoryStream<Path> open(SecureDirectoryStream<Path> parent, Path name, Path path)
                throws IOException {
            try {
                if (!Files.isWritable(path)) {
                    permit(path);
                }
                return parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
            } catch (AccessDeniedException _) {
                permit(path);
                return parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
            }
        }

        private static void permit(Path path) throws IOException {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.setPosixFilePermissions(path, OURS);
            }
        }

        private void remember(IOException e) {
            if (first == null) {
                first = e;
            }
        }
    }
}
