package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of 2 MiB in memory; needs root. */
record SmallDisk(Path root) implements AutoCloseable {

    static SmallDisk in(Path parent) throws IOException {
        Path root = Files.createDirectories(parent.resolve("small"));
        call("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", root.toString());
        return new SmallDisk(root);
    }

    private static void call(String... command) throws IOException {
        int code =
                new ProcessBuilder(command).inheritIO().start().onExit().join().exitValue();
        if (code != 0) {
            throw new AssertionError(String.join(" ", command) + " ended with " + code + ": this needs root");
        }
    }

    @Override
    public void close() throws IOException {
        call("umount", root.toString());
    }
}
