package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The one writable place for logins whose tokens rotate: a directory for each mounted file, named by its hash. The CLI
 * refreshes what lies there; the mounted file stays old, so it is imported once and never again, also not by the next
 * process. A run that began with an earlier login goes on with that one's directory.
 */
public final class LoginStore {

    private static final Logger LOG = Logger.getLogger(LoginStore.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String FILE = ".credentials.json";

    private final Path root;

    public LoginStore(Path root) {
        this.root = root;
    }

    /** The login with this hash: what an earlier import and the CLI made of it, or else these bytes. */
    public Credential.Login imported(String json, String hash) throws IOException {
        Path directory = root.resolve(hash);
        if (!Files.exists(directory.resolve(FILE))) {
            make(json, directory);
        }
        return new Credential.Login(directory, hash);
    }

    /** INVARIANT: the file appears whole, in one rename; a half written login would never be mended. */
    private void make(String json, Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        // Made 0600, as every file by this call.
        Path fresh = Files.createTempFile(directory, ".new", ".json");
        Files.writeString(fresh, json);
        Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** How a login stands now. Empty when it can't be read, such as in the middle of a refresh. */
    public static Optional<LoginTokens> tokens(Credential.Login login) {
        try {
            return Optional.of(LoginTokens.of(
                    JSON.readTree(login.directory().resolve(FILE).toFile()).path("claudeAiOauth")));
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** A login that somebody has made in the CLI's own directory. */
    public static Optional<Credential.Login> in(Path configDirectory) {
        boolean there = Files.isRegularFile(configDirectory.resolve(FILE));
        return there
                ? Optional.of(new Credential.Login(
                        configDirectory,
                        Credential.fingerprint(configDirectory.toString().getBytes(StandardCharsets.UTF_8))))
                : Optional.empty();
    }

    /** Removes the logins of files that are no longer mounted; to be called before any run uses them. */
    public void removeAllBut(Optional<String> hash) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
            for (Path directory : all) {
                if (!directory.getFileName().toString().equals(hash.orElse(""))) {
                    remove(directory);
                }
            }
        } catch (NoSuchFileException _) {
            // Nothing was ever imported.
            return;
        } catch (IOException e) {
            LOG.warnf("logins that are no longer mounted are left in %s: %s", root, e);
        }
    }

    private static void remove(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }
}
