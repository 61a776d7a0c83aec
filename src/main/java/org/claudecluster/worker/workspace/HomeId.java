package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.regex.Pattern;

/** The name of a data directory, made once and kept in it, by which tasks tell where they left what they left. */
public final class HomeId {

    private static final String FILE = "home-id";
    private static final Pattern FORM = Pattern.compile("home-[0-9a-f-]{36}");

    private HomeId() {}

    /** Reads it, or makes it. */
    public static String of(Path dataDirectory) throws IOException {
        Path file = dataDirectory.resolve(FILE);
        if (Files.exists(file)) {
            String id = Files.readString(file).strip();
            if (!FORM.matcher(id).matches()) {
                throw new IOException(file + " is no id of a data directory: remove it, and a new one is made");
            }
            return id;
        }
        String id = "home-" + UUID.randomUUID();
        Files.createDirectories(dataDirectory);
        Path part = Files.writeString(dataDirectory.resolve(FILE + ".part"), id + "\n");
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return id;
    }
}
