package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.regex.Pattern;

/**
 * Looks whether a process of this machine works in a directory or holds one of its files open, as far as it can be
 * seen.
 */
public final class DirectoryUsers {

    private static final Path PROCESSES = Path.of("/proc");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final long SELF = ProcessHandle.current().pid();

    private DirectoryUsers() {}

    /** True as well where it can't be found out. A look at every process, so for rare occasions. */
    public static boolean isUsed(Path directory, Collection<Path> files) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROCESSES, DirectoryUsers::isOther)) {
            for (Path process : entries) {
                if (worksIn(process, directory) || holds(process, files)) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    private static boolean isOther(Path entry) {
        String name = String.valueOf(entry.getFileName());
        return NUMBER.matcher(name).matches() && Long.parseLong(name) != SELF;
    }

    private static boolean worksIn(Path process, Path directory) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory);
        } catch (IOException _) {
            // It is gone, or somebody else's: the files are ours.
            return false;
        }
    }

    private static boolean holds(Path process, Collection<Path> files) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (files.contains(Files.readSymbolicLink(descriptor))) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            return false;
        }
    }
}
