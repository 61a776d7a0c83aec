package org.claudecluster.worker.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.files.WholeFile;
import org.claudecluster.worker.task.Tenant;

/**
 * Makes the key of a worker that listens to others and was given none, so that nobody else is the first to use it: the key
 * for the operator, its hash for the worker.
 *
 * @param token holds the key; may be removed once it was read
 * @param keys holds its hash, as a file of keys; a worker without it makes a new key
 */
public record FirstKey(Path token, Path keys) {

    private static final String NAME = "first";

    /** Below the data directory. */
    public static FirstKey in(Path dataDirectory) {
        Path directory = dataDirectory.resolve("access");
        return new FirstKey(directory.resolve("token"), directory.resolve("keys.json"));
    }

    /** Makes it unless it was made before; true if it was made now. */
    public boolean make() throws IOException {
        if (Disk.REAL.look(keys).isPresent()) {
            return false;
        }
        Files.createDirectories(
                keys.resolveSibling(""),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        String key = AccessKey.random();
        // The hash last: without it the next start makes both anew.
        WholeFile.write(token, key + "\n");
        WholeFile.write(keys, file(AccessKey.hash(key)));
        return true;
    }

    private static String file(String hash) {
        return """
                {"keys": [{"name": "%s", "sha256": "%s", "tenant": "%s", "scopes": [%s]}]}
                """.formatted(
                        NAME,
                        hash,
                        Tenant.DEFAULT,
                        Scope.names().stream().map(name -> '"' + name + '"').collect(Collectors.joining(", ")));
    }
}
