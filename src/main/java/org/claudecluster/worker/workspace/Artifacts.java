package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The regular files of a workspace, for reading. Each directory is opened through its parent's descriptor and no
 * symbolic link is followed, the workspace itself included: what an agent moves or links while we read leads nowhere
 * else. {@code .git} directories are left out.
 */
public final class Artifacts {

    private static final Set<Path> NOT_SHOWN = Set.of(Path.of(".git"), Path.of("."), Path.of(".."));
    /** Each level holds a descriptor open. */
    private static final int MAX_DEPTH = 100;
    /** So many names are held on the way down to a file, at 350 bytes each at most; beyond it each level has the least. */
    private static final int MOST_NAMES = 50_000;

    private static final int LEAST_NAMES = 100;
    private static final Path ITSELF = Path.of(".");

    private final Path base;
    private final List<Path> below;
    private final int namesHeld;

    /**
     * With a base that only the worker changes.
     *
     * @param workspace below it
     */
    Artifacts(Path base, Path workspace) {
        this(base, workspace, MOST_NAMES);
    }

    /** The same, holding so many names. */
    Artifacts(Path base, Path workspace, int namesHeld) {
        this.base = base;
        this.below = names(base.relativize(workspace));
        this.namesHeld = namesHeld;
    }

    /**
     * A file.
     *
     * @param encodedPath below the workspace, with slashes; each byte that is no letter, digit or {@code -._~} as %XX
     */
    public record Artifact(String encodedPath, long size, Instant modifiedAt) {

        /** The path for people: U+FFFD stands for what is no UTF-8. */
        public String path() {
            return FileNames.text(encodedPath);
        }

        /** The last part of {@link #path()}. */
        public String name() {
            return path().substring(path().lastIndexOf('/') + 1);
        }

        /** The path for an archive: as it is encoded, where it is no text that leads back to the file. */
        public String entryName() {
            return FileNames.isText(encodedPath) ? path() : encodedPath;
        }
    }

    /** Is shown one file; the stream yields at most its size and is closed by us. */
    @FunctionalInterface
    public interface Visitor {
        /** False ends the walk. */
        boolean visit(Artifact file, Opening opening) throws IOException;
    }

    /** Opens the file that is shown. */
    @FunctionalInterface
    public interface Opening {
        Open open() throws IOException;
    }

    /** An open file. */
    public record Open(long size, Instant modifiedAt, InputStream bytes) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            bytes.close();
        }
    }

    /**
     * All files, by name within each directory, the files of a directory before those below it; where a directory has more
     * names than are held at once, so for one part of them after the other.
     */
    public void each(Visitor visitor) throws IOException {
        try (SecureDirectoryStream<Path> root = descend(below)) {
            boolean _ = walk(root, new Level("", 0, namesHeld), visitor);
        }
    }

    /**
     * The file with this path; empty when there is none, or none that may be read.
     *
     * @param encodedPath as a URL has it
     */
    public Optional<Open> open(String encodedPath) throws IOException {
        List<String> encoded = List.of(encodedPath.split("/", -1));
        List<Path> names = encoded.stream()
                .flatMap(name -> FileNames.decoded(name).stream())
                .filter(name -> !isHidden(name))
                .toList();
        if (names.size() != encoded.size() || names.size() > MAX_DEPTH) {
            return Optional.empty();
        }
        List<Path> directories = new ArrayList<>(below);
        directories.addAll(names.subList(0, names.size() - 1));
        try (SecureDirectoryStream<Path> directory = descend(directories)) {
            Path name = names.getLast();
            Optional<BasicFileAttributes> file = regular(directory, name);
            return file.isEmpty() ? Optional.empty() : Optional.of(open(directory, name));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** A directory on the way. The names that are held of its parents leave less room for its own. */
    private record Level(String prefix, int depth, int room) {
        int most() {
            return Math.max(LEAST_NAMES, room / 2);
        }

        Level below(Path name, int held) {
            return new Level(prefix + FileNames.encoded(name) + "/", depth + 1, room - held);
        }
    }

    private static boolean walk(SecureDirectoryStream<Path> directory, Level level, Visitor visitor)
            throws IOException {
        NameParts.Part part = NameParts.after(Optional.empty(), level.most(), directory);
        while (walkPart(directory, part.names(), level, visitor)) {
            if (part.isLast()) {
                return true;
            }
            // A stream is read once.
            try (SecureDirectoryStream<Path> again = directory.newDirectoryStream(ITSELF, LinkOption.NOFOLLOW_LINKS)) {
                part = NameParts.after(Optional.of(part.names().getLast()), level.most(), again);
            }
        }
        return false;
    }

    private static boolean walkPart(
            SecureDirectoryStream<Path> directory, List<Path> names, Level level, Visitor visitor) throws IOException {
        List<Path> directories = new ArrayList<>();
        for (Path name : names) {
            Optional<BasicFileAttributes> found = attributes(directory, name);
            if (found.isEmpty() || isHidden(name)) {
                continue;
            }
            BasicFileAttributes file = found.get();
            if (file.isDirectory()) {
                directories.add(name);
            } else if (file.isRegularFile()) {
                Artifact artifact = new Artifact(
                        level.prefix() + FileNames.encoded(name),
                        file.size(),
                        file.lastModifiedTime().toInstant());
                if (!visitor.visit(artifact, () -> open(directory, name))) {
                    return false;
                }
            }
        }
        for (Path name : level.depth() == MAX_DEPTH ? List.<Path>of() : directories) {
            if (!walkInto(directory, name, level.below(name, names.size()), visitor)) {
                return false;
            }
        }
        return true;
    }

    private static boolean walkInto(SecureDirectoryStream<Path> directory, Path name, Level level, Visitor visitor)
            throws IOException {
        SecureDirectoryStream<Path> next;
        try {
            next = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException _) {
            // Gone, a link by now, or not ours to read.
            return true;
        }
        try (next) {
            return walk(next, level, visitor);
        }
    }

    private static Optional<BasicFileAttributes> regular(SecureDirectoryStream<Path> directory, Path name) {
        return attributes(directory, name).filter(BasicFileAttributes::isRegularFile);
    }

    private static Optional<BasicFileAttributes> attributes(SecureDirectoryStream<Path> directory, Path name) {
        try {
            return Optional.of(directory
                    .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Open open(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        BasicFileAttributes file = regular(directory, name).orElseThrow(() -> new IOException("gone: " + name));
        SeekableByteChannel channel =
                directory.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        return new Open(channel.size(), file.lastModifiedTime().toInstant(), Channels.newInputStream(channel));
    }

    /** Opens the base and, from descriptor to descriptor, what is below it. */
    @SuppressWarnings("StreamResourceLeak") // each is closed when the next is open; the last is the caller's
    private SecureDirectoryStream<Path> descend(List<Path> names) throws IOException {
        SecureDirectoryStream<Path> at = secure(Files.newDirectoryStream(base));
        for (Path name : names) {
            SecureDirectoryStream<Path> parent = at;
            try (parent) {
                at = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
            }
        }
        return at;
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("this system can't open a directory's entries without following links");
    }

    private static boolean isHidden(Path name) {
        return NOT_SHOWN.contains(name);
    }

    private static List<Path> names(Path relative) {
        List<Path> names = new ArrayList<>();
        relative.forEach(names::add);
        return List.copyOf(names);
    }
}
