package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.files.Disk;

/** A real disk on which one kind of operation fails from a moment on, and that writes down what was removed or made. */
final class FaultyDisk implements Disk {

    /** What is done with files. */
    enum Operation {
        LOOK,
        READ,
        LIST,
        WRITE,
        MAKE,
        RENAME,
        REMOVE,
        REMOVE_TREE
    }

    /** How it fails. */
    enum Fault {
        ENOSPC("No space left on device"),
        EACCES(""),
        EIO("Input/output error"),
        EROFS("Read-only file system");

        private final String words;

        Fault(String words) {
            this.words = words;
        }

        IOException of(Path file) {
            return this == EACCES
                    ? new AccessDeniedException(file.toString())
                    : new FileSystemException(file.toString(), null, words);
        }
    }

    private Optional<Operation> failing = Optional.empty();
    private Fault fault = Fault.EIO;
    private final Set<Path> made = new HashSet<>();
    private final List<Path> foreignRemovals = new ArrayList<>();

    void fail(Operation operation, Fault how) {
        failing = Optional.of(operation);
        fault = how;
        made.clear();
        foreignRemovals.clear();
    }

    void heal() {
        failing = Optional.empty();
    }

    /** Directories that were removed, though they had been there before the fault began. */
    List<Path> foreignRemovals() {
        return foreignRemovals;
    }

    private void pass(Operation operation, Path file) throws IOException {
        if (failing.equals(Optional.of(operation))) {
            throw fault.of(file);
        }
    }

    @Override
    public Optional<BasicFileAttributes> look(Path file) throws IOException {
        pass(Operation.LOOK, file);
        return REAL.look(file);
    }

    @Override
    public Optional<String> read(Path file) throws IOException {
        pass(Operation.READ, file);
        return REAL.read(file);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        pass(Operation.LIST, directory);
        return REAL.list(directory);
    }

    @Override
    public void write(Path file, String text) throws IOException {
        pass(Operation.WRITE, file);
        REAL.write(file, text);
    }

    @Override
    public void makeDirectories(Path directory) throws IOException {
        pass(Operation.MAKE, directory);
        made.add(directory);
        REAL.makeDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        pass(Operation.RENAME, from);
        REAL.rename(from, to);
    }

    @Override
    public void remove(Path file) throws IOException {
        pass(Operation.REMOVE, file);
        REAL.remove(file);
    }

    @Override
    public void removeTree(Path directory) throws IOException {
        if (REAL.isDirectory(directory) && !made.contains(directory)) {
            foreignRemovals.add(directory);
        }
        pass(Operation.REMOVE_TREE, directory);
        REAL.removeTree(directory);
    }
}
