package org.claudecluster.worker.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files that a crash, a full disk or a power cut leaves as they were, or as they shall be, and never torn: into a
 * file beside it, to the disk, under its name, and then the name to the disk.
 */
public final class WholeFile {

    private static final String PART = ".part";

    private WholeFile() {}

    /** Its owner alone may read it (0600). What it replaces, a link for example, is not written to. */
    public static void write(Path file, String text) throws IOException {
        Path directory = file.toAbsolutePath().resolveSibling("");
        Files.createDirectories(directory);
        // Made 0600, as every file by this call.
        Path part = Files.createTempFile(directory, "." + file.getFileName() + ".", PART);
        try {
            fill(part, text.getBytes(StandardCharsets.UTF_8));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            removed(part, e);
            throw e;
        }
        sync(directory);
    }

    private static void fill(Path part, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            // INVARIANT: before the rename, or a power cut leaves the name with nothing behind it.
            channel.force(true);
        }
    }

    private static void removed(Path part, IOException why) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** A rename is on the disk when its directory is. */
    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Removes what a crash in the middle of a write left in the directory; to be called when nobody writes there. */
    public static void removeParts(Path directory) throws IOException {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, "{.*,record*}" + PART)) {
            for (Path part : parts) {
                Files.deleteIfExists(part);
            }
        } catch (NoSuchFileException _) {
            // Nothing was ever written there.
            return;
        }
    }
}
