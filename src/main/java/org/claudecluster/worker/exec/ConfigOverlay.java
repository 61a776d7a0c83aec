package org.claudecluster.worker.exec;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.claude.Credential;
import org.jboss.logging.Logger;

/**
 * CLAUDE_CONFIG_DIR of one run: the CLI rewrites what lies there at every start, so that runs which share it write one
 * file together. What has to outlive the run is shared by links: the sessions, and what an operator has put into the
 * CLI's directory ({@code settings.json}, {@code CLAUDE.md}, agents, commands, skills).
 *
 * @param settingsFile the credential's own settings, where it has some
 */
record ConfigOverlay(Path directory, Optional<Path> settingsFile) implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ConfigOverlay.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final List<String> OPERATORS =
            List.of("settings.json", "CLAUDE.md", "agents", "commands", "skills", "output-styles");

    /** Where all of them lie. */
    static Path root(PtySettings settings) {
        return settings.state().resolve("config");
    }

    /** Makes the directories that all share, and removes what a predecessor left. */
    static void prepare(PtySettings settings) throws IOException {
        TaskDirectories.deleteTree(root(settings));
        Files.createDirectories(root(settings));
        Files.createDirectories(settings.claudeDirectory().resolve("projects"));
    }

    /** Makes one of this name; {@code work} is trusted, as {@code -p} does it anyway. */
    static ConfigOverlay open(PtySettings settings, String name, Path work, Credential credential) throws IOException {
        Path directory = root(settings).resolve(name);
        try {
            Files.createDirectory(directory, PRIVATE_DIRECTORY);
        } catch (NoSuchFileException _) {
            // Somebody has cleared the root; other runs may be making theirs at this moment.
            Files.createDirectories(root(settings));
            Files.createDirectory(directory, PRIVATE_DIRECTORY);
        } catch (FileAlreadyExistsException _) {
            TaskDirectories.deleteTree(directory);
            Files.createDirectory(directory, PRIVATE_DIRECTORY);
        }
        write(directory.resolve(".claude.json"), seed(work));
        Path shared = settings.claudeDirectory();
        Files.createSymbolicLink(directory.resolve("projects"), shared.resolve("projects"));
        for (String entry : OPERATORS) {
            if (Files.exists(shared.resolve(entry))) {
                Files.createSymbolicLink(directory.resolve(entry), shared.resolve(entry));
            }
        }
        Optional<Path> own = Optional.empty();
        if (credential.settings().isPresent()) {
            own = Optional.of(directory.resolve("credential.json"));
            write(own.get(), credential.settings().get());
        }
        return new ConfigOverlay(directory, own);
    }

    /** What skips every question of a first start, for 2.1.197 and 2.1.330. */
    private static byte[] seed(Path work) throws IOException {
        ObjectNode seed =
                JSON.createObjectNode().put("hasCompletedOnboarding", true).put("theme", "dark");
        seed.putObject("projects").putObject(work.toString()).put("hasTrustDialogAccepted", true);
        return JSON.writeValueAsBytes(seed);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createFile(file, PRIVATE);
        Files.write(file, bytes);
    }

    /** With what the credential needs before them. */
    List<String> arguments(List<String> others) {
        List<String> all = new ArrayList<>();
        settingsFile.ifPresent(file -> all.add("--settings=" + file));
        all.addAll(others);
        return List.copyOf(all);
    }

    /** Never throws: what can't be removed must not undo what the run came to. */
    @Override
    public void close() {
        try {
            TaskDirectories.deleteTree(directory);
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("the CLI's files of a run are left in %s: %s", directory, e);
        }
    }
}
