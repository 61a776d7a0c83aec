package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.files.WholeFile;

/** The name of a data directory, made once and kept in it, by which tasks tell where they left what they left. */
public final class DataDirectoryId {

    private static final String FILE = "home-id";
    private static final Pattern FORM = Pattern.compile("home-[0-9a-f-]{36}");

    private DataDirectoryId() {}

    /** Reads it, or makes it. INVARIANT: one that can't be read is not replaced: with it everything left would be lost. */
    public static String of(Path dataDirectory) throws IOException {
        Path file = dataDirectory.resolve(FILE);
        Optional<String> kept = Disk.REAL.read(file).map(String::strip);
        if (kept.isPresent()) {
            if (!FORM.matcher(kept.get()).matches()) {
                throw new IOException(file + " is no id of a data directory: remove it, and a new one is made");
            }
            return kept.get();
        }
        String id = "home-" + UUID.randomUUID();
        WholeFile.removeParts(dataDirectory);
        WholeFile.write(file, id + "\n");
        return id;
    }
}
