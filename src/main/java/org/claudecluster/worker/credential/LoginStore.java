package org.claudecluster.worker.credential;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.files.WholeFile;
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
        // INVARIANT: only where there is none. Over one that can't be looked at, the spent token would be put.
        if (Disk.REAL.look(directory.resolve(FILE)).isEmpty()) {
            make(json, directory);
        }
        return new Credential.Login(directory, hash);
    }

    /** INVARIANT: the file appears whole; a half written login would never be mended. */
    private void make(String json, Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        WholeFile.removeParts(directory);
        WholeFile.write(directory.resolve(FILE), json);
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
        return isThere(configDirectory.resolve(FILE))
                ? Optional.of(new Credential.Login(
                        configDirectory,
                        Credential.fingerprint(configDirectory.toString().getBytes(StandardCharsets.UTF_8))))
                : Optional.empty();
    }

    /** What can't be looked at is taken for one: the CLI says what it makes of it. */
    private static boolean isThere(Path file) {
        try {
            return Disk.REAL.look(file).filter(found -> !found.isDirectory()).isPresent();
        } catch (IOException e) {
            LOG.warnf("the CLI's own login can't be looked at: %s", e);
            return true;
        }
    }

    /** Removes the logins of other files than the one that is in use; to be called before any run uses them. */
    public void removeAllBut(String hash) {
        try {
            for (Path directory : Disk.REAL.list(root)) {
                if (!String.valueOf(directory.getFileName()).equals(hash)) {
                    Disk.REAL.removeTree(directory);
                }
            }
        } catch (IOException e) {
            LOG.warnf("logins that are no longer mounted are left in %s: %s", root, e);
        }
    }
}
