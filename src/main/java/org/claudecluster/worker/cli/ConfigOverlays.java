package org.claudecluster.worker.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.files.FileTrees;
import org.jboss.logging.Logger;

/**
 * Makes each run's CLAUDE_CONFIG_DIR. Shared by links are the sessions, and what an operator has put into the CLI's
 * directory ({@code settings.json}, {@code CLAUDE.md}, agents, commands, skills). The directory comes from a pool, with
 * the seed to be written over and the link to the sessions in it.
 */
public final class ConfigOverlays {

    private static final Logger LOG = Logger.getLogger(ConfigOverlays.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATELY =
            PosixFilePermissions.asFileAttribute(PRIVATE);
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final List<String> OPERATORS =
            List.of("settings.json", "CLAUDE.md", "agents", "commands", "skills", "output-styles");

    private static final Set<OpenOption> OVER =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final String SEED = ".claude.json";
    private static final String SESSIONS = "projects";

    private final PtySettings settings;
    private final DirectoryPool pool;
    private final SetAside aside;

    public ConfigOverlays(PtySettings settings) {
        this.settings = settings;
        this.pool = new DirectoryPool(settings.state().resolve("config"), Set.of(SEED, SESSIONS));
        this.aside = new SetAside(List.of(pool.root()));
    }

    /** Makes the directories that all share; what a predecessor left is set aside. */
    public void prepare() throws IOException {
        Files.createDirectories(settings.claudeDirectory().resolve(SESSIONS));
        Files.createDirectories(settings.state());
        if (Disk.REAL.look(pool.root()).isEmpty()) {
            Files.createDirectory(pool.root(), PRIVATE_DIRECTORY);
        }
        aside.all();
    }

    /** Removes what was set aside. */
    public void sweep() {
        aside.remove();
    }

    /** Makes one of this name; {@code work} is trusted, as {@code -p} does it anyway. */
    public ConfigOverlay open(String name, Path work, Credential credential) throws IOException {
        aside.replace(pool.root().resolve(name));
        Path directory = pool.make(name).path();
        write(directory.resolve(SEED), seed(work));
        Path shared = settings.claudeDirectory();
        link(directory.resolve(SESSIONS), shared.resolve(SESSIONS));
        for (String entry : OPERATORS) {
            if (Files.exists(shared.resolve(entry))) {
                link(directory.resolve(entry), shared.resolve(entry));
            }
        }
        Optional<Path> own = Optional.empty();
        if (credential.settings().isPresent()) {
            own = Optional.of(directory.resolve("credential.json"));
            write(own.get(), credential.settings().get());
        }
        return new ConfigOverlay(directory, own, this);
    }

    /** What skips every question of a first start, for 2.1.197 and 2.1.330. */
    private static byte[] seed(Path work) throws IOException {
        ObjectNode seed =
                JSON.createObjectNode().put("hasCompletedOnboarding", true).put("theme", "dark");
        seed.putObject("projects").putObject(work.toString()).put("hasTrustDialogAccepted", true);
        return JSON.writeValueAsBytes(seed);
    }

    /** Over what is there: ext4 flushes a file that was cut to nothing and written again. */
    private static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, OVER, PRIVATELY)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.truncate(bytes.length);
        }
    }

    private static void link(Path link, Path target) throws IOException {
        if (!Files.isSymbolicLink(link)) {
            Files.createSymbolicLink(link, target);
        }
    }

    /** Never throws: what can't be removed must not undo what the run came to. */
    void takeBack(Path directory) {
        try {
            clear(directory);
            if (!pool.takeBack(directory)) {
                FileTrees.delete(directory);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("the CLI's files of a run are left in %s: %s", directory, e);
        }
    }

    /** Of all that lies there now only what is certainly ours stays: a tool may have put anything in its place. */
    private void clear(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, entry -> !isOurs(entry))) {
            for (Path entry : entries) {
                FileTrees.delete(entry);
            }
        }
    }

    private boolean isOurs(Path entry) throws IOException {
        return switch (String.valueOf(entry.getFileName())) {
            case SEED -> isPlain(entry);
            case SESSIONS ->
                Files.isSymbolicLink(entry)
                        && Files.readSymbolicLink(entry)
                                .equals(settings.claudeDirectory().resolve(SESSIONS));
            default -> false;
        };
    }

    /** A file of nobody else's: what is written to it must appear nowhere else. */
    private static boolean isPlain(Path file) throws IOException {
        Map<String, Object> all =
                Files.readAttributes(file, "unix:isRegularFile,nlink,permissions", LinkOption.NOFOLLOW_LINKS);
        return Boolean.TRUE.equals(all.get("isRegularFile"))
                && Integer.valueOf(1).equals(all.get("nlink"))
                && PRIVATE.equals(all.get("permissions"));
    }
}
