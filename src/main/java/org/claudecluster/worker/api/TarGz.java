package org.claudecluster.worker.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.claudecluster.worker.api.http.ExactBytes;
import org.claudecluster.worker.workspace.Artifacts;

/** The files of a workspace as an archive, made while it is sent. */
final class TarGz {

    private TarGz() {}

    static void write(Optional<Artifacts> files, OutputStream out) throws IOException {
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out, 64 * 1024), "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            if (files.isPresent()) {
                files.get().each((file, opening) -> {
                    add(tar, file.entryName(), opening);
                    return true;
                });
            }
        }
    }

    private static void add(TarArchiveOutputStream tar, String path, Artifacts.Opening opening) throws IOException {
        Artifacts.Open open;
        try {
            open = opening.open();
        } catch (IOException _) {
            // It was removed since it was seen, or may not be read: as if it had never been there.
            return;
        }
        try (open) {
            TarArchiveEntry entry = new TarArchiveEntry(path);
            entry.setSize(open.size());
            entry.setLastModifiedTime(FileTime.from(open.modifiedAt()));
            tar.putArchiveEntry(entry);
            ExactBytes.copy(open.bytes(), open.size(), tar);
            tar.closeArchiveEntry();
        }
    }
}
