package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The locks that git leaves when it is killed: files that end in {@code .lock}, which make every later git give up. Found
 * in the repositories of a directory and right below it, their submodules and worktrees included.
 *
 * <p>INVARIANT: the directory may be hostile. No link is followed, neither a symbolic one nor the one that a file
 * {@code .git} is; only plain files of the worker's own user count, and the search has an end.
 */
public record StaleLocks(Path directory, List<Path> files) {

    private static final String GIT = ".git";
    private static final String LOCK = ".lock";
    private static final int MOST_REPOSITORIES = 1_000;
    private static final int MOST_ENTRIES = 200_000;
    private static final Pattern FAN_OUT = Pattern.compile("[0-9a-f]{2}");
    /** Of a git directory: nothing in there is ever locked. */
    private static final Set<String> WITHOUT_LOCKS = Set.of("logs", "hooks", "lfs");

    public StaleLocks {
        files = List.copyOf(files);
    }

    /**
     * Looks; what can't be looked at has none.
     *
     * @param ours something that this process has made, and so its user owns
     */
    public static StaleLocks in(Path directory, Path ours) {
        List<Path> found = new ArrayList<>();
        for (Path repository : repositories(directory)) {
            try {
                Files.walkFileTree(repository, new Search(found, uid(ours)));
            } catch (IOException _) {
                // It goes on with what was found.
            }
        }
        return new StaleLocks(directory, found);
    }

    public boolean isEmpty() {
        return files.isEmpty();
    }

    /** Those of them that were there already at that time. */
    public StaleLocks notAfter(FileTime time) {
        return new StaleLocks(
                directory, files.stream().filter(file -> isNotAfter(file, time)).toList());
    }

    private static boolean isNotAfter(Path file, FileTime time) {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).compareTo(time) <= 0;
        } catch (IOException _) {
            return false;
        }
    }

    /** Removes them and answers their names, below the directory. To be called when nobody uses it. */
    public List<String> remove() {
        List<String> removed = new ArrayList<>();
        for (Path file : files) {
            try {
                if (Files.deleteIfExists(file)) {
                    removed.add(directory.relativize(file).toString());
                }
            } catch (IOException _) {
                // Git will name it.
            }
        }
        return removed;
    }

    private static List<Path> repositories(Path directory) {
        List<Path> found = new ArrayList<>();
        if (isPlainDirectory(directory.resolve(GIT))) {
            found.add(directory.resolve(GIT));
        }
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(directory, entry -> isPlainDirectory(entry.resolve(GIT)))) {
            for (Path entry : entries) {
                if (found.size() < MOST_REPOSITORIES && isPlainDirectory(entry)) {
                    found.add(entry.resolve(GIT));
                }
            }
        } catch (IOException _) {
            // There is nothing to be seen.
        }
        return found;
    }

    private static boolean isPlainDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static Object uid(Path path) throws IOException {
        return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /** Walks through one git directory. */
    private static final class Search extends SimpleFileVisitor<Path> {

        private final List<Path> found;
        private final Object self;
        private int left = MOST_ENTRIES;

        Search(List<Path> found, Object self) {
            this.found = found;
            this.self = self;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = String.valueOf(directory.getFileName());
            Path parent = directory.resolveSibling("");
            boolean isFanOut = FAN_OUT.matcher(name).matches() && parent.endsWith("objects");
            boolean hasNone = WITHOUT_LOCKS.contains(name)
                    && Files.exists(directory.resolveSibling("HEAD"), LinkOption.NOFOLLOW_LINKS);
            return isFanOut || hasNone ? FileVisitResult.SKIP_SUBTREE : next();
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (file.toString().endsWith(LOCK) && attributes.isRegularFile() && self.equals(uid(file))) {
                found.add(file);
            }
            return next();
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException why) {
            return next();
        }

        private FileVisitResult next() {
            return left-- > 0 ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
        }
    }
}
