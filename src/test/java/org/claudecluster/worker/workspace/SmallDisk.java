package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.claudecluster.worker.files.RootCommand;

/** A file system of 2 MiB in memory; needs root. */
record SmallDisk(Path root) implements AutoCloseable {

    static SmallDisk in(Path parent) throws IOException {
        Path root = Files.createDirectories(parent.resolve("small"));
        RootCommand.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", root.toString());
        return new SmallDisk(root);
    }

    @Override
    public void close() {
        RootCommand.run("umount", root.toString());
    }
}
