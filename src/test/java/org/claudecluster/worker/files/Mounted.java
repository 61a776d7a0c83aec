package org.claudecluster.worker.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** A busy mount that nobody, root included, can remove or rename; needs root. */
public record Mounted(String name) implements AutoCloseable {

    /** Over an empty directory. */
    public static Mounted at(Path directory) throws IOException {
        String name = "busy-" + UUID.randomUUID();
        RootCommand.run("mount", "-t", "tmpfs", "-o", "size=1m", name, directory.toString());
        return new Mounted(name);
    }

    /** Wherever it is by now, since what it lies in may have been renamed. */
    @Override
    public void close() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .filter(mount -> mount.startsWith(name + " "))
                .findFirst()
                .orElseThrow();
        RootCommand.run("umount", line.substring(name.length() + 1, line.indexOf(" tmpfs ")));
    }
}
