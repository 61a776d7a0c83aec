package org.claudecluster.worker.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads and changes files where something is kept or removed by the answer. INVARIANT: only "there is no such file" is an
 * absence. Every other failure is thrown, since what can't be read may be there.
 */
public interface Disk {

    /** The machine's own. */
    Disk REAL = new Disk() {};

    /**
     * What is there under this name, a symbolic link itself and not what it leads to. Empty: there is nothing. Asked of
     * the provider, which makes no exception for that: mostly there is nothing.
     */
    default Optional<BasicFileAttributes> look(Path file) throws IOException {
        FileSystemProvider provider = file.getFileSystem().provider();
        return Optional.ofNullable(
                provider.readAttributesIfExists(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    }

    /** Whether a directory is there, and not a link to one. */
    default boolean isDirectory(Path file) throws IOException {
        return look(file).filter(BasicFileAttributes::isDirectory).isPresent();
    }

    /** The whole text of a small file. Empty: there is none. */
    default Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** What lies in the directory. Nothing: it is empty, or not there. */
    default List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Makes the file, or puts another in its place: whole, and on the disk when this returns. */
    default void write(Path file, String text) throws IOException {
        WholeFile.write(file, text);
    }

    /** Makes a directory and those above it; one that is there is fine. */
    default void makeDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    /** Gives it another name in the same file system; what has that name must not be lost by it. */
    default void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes a file, or an empty directory; nothing happens when it is not there. */
    default void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Removes a directory and what is below it, never following a link. */
    default void removeTree(Path directory) throws IOException {
        FileTrees.delete(directory);
    }
}
