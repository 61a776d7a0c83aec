package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.TaskId;
import org.jboss.logging.Logger;

/**
 * The CLI's own record of its sessions: {@code projects/<directory>/<session>.jsonl} below its configuration directory,
 * a line of JSON for each message (2.1.197 and 2.1.330). It is there some 0.2 s after the CLI's start.
 */
public final class SessionFiles implements Sessions {

    private static final Logger LOG = Logger.getLogger(SessionFiles.class);
    private static final JsonMapper JSON = new JsonMapper();

    private static final String SUFFIX = ".jsonl";
    private static final String MEMORY = "memory";
    private static final Pattern NO_LETTER_OR_DIGIT = Pattern.compile("[^A-Za-z0-9]");

    private final Path projects;

    /** Those below this CLAUDE_CONFIG_DIR. */
    public SessionFiles(Path configDirectory) {
        this.projects = configDirectory.resolve("projects");
    }

    @Override
    public boolean reaches(UUID session) {
        try {
            return find(session).isPresent();
        } catch (IOException e) {
            LOG.warnf("the CLI's sessions can't be looked at: %s", e);
            return true;
        }
    }

    /**
     * Whether the session has been told this already, so that it need not be told again. The CLI strips the white space
     * around a prompt.
     */
    public boolean holds(UUID session, String prompt) throws IOException {
        Optional<Path> file = find(session);
        if (file.isEmpty()) {
            return false;
        }
        String wanted = prompt.strip();
        try (BufferedReader lines = Files.newBufferedReader(file.get())) {
            return lines.lines().anyMatch(line -> said(line).equals(wanted));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** The session's file, whichever directory it ran in. Throws what is no absence. */
    public Optional<Path> find(UUID session) throws IOException {
        for (Path directory : Disk.REAL.list(projects)) {
            Path file = directory.resolve(session + SUFFIX);
            if (isThere(directory, file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static boolean isThere(Path directory, Path file) throws IOException {
        try {
            return Disk.REAL.look(file).filter(found -> !found.isDirectory()).isPresent();
        } catch (FileSystemException e) {
            if (Disk.REAL.isDirectory(directory)) {
                throw e;
            }
            // A file among the directories.
            return false;
        }
    }

    /** Where the CLI writes what belongs to a session that begins in this directory (2.1.197 and 2.1.330). */
    public List<Path> expected(Path work, UUID session) {
        Path directory =
                projects.resolve(NO_LETTER_OR_DIGIT.matcher(work.toString()).replaceAll("-"));
        return List.of(directory.resolve(session + SUFFIX), directory.resolve(session.toString()));
    }

    /** Its file and what lies beside it under its name, large answers of tools for example. */
    @Override
    public void remove(UUID session) {
        try {
            for (Path directory : Disk.REAL.list(projects)) {
                if (Disk.REAL.isDirectory(directory)) {
                    remove(session, directory);
                }
            }
        } catch (IOException e) {
            LOG.warnf("a session's files are left: %s: %s", session, e);
        }
    }

    private static void remove(UUID session, Path directory) throws IOException {
        Path file = directory.resolve(session + SUFFIX);
        Path beside = directory.resolve(session.toString());
        if (Disk.REAL.look(file).isEmpty() && Disk.REAL.look(beside).isEmpty()) {
            return;
        }
        Disk.REAL.remove(file);
        Disk.REAL.removeTree(beside);
        if (isEmptyBut(directory, MEMORY)) {
            Disk.REAL.removeTree(directory);
        }
    }

    /** What the CLI remembers of a directory goes with the last session in it, if the directory was a task's own. */
    private static boolean isEmptyBut(Path directory, String memory) throws IOException {
        String name = String.valueOf(directory.getFileName());
        boolean isTasks =
                TaskId.parse(name.substring(Math.max(0, name.length() - 36))).isPresent();
        return Disk.REAL.list(directory).stream()
                .allMatch(left -> isTasks && String.valueOf(left.getFileName()).equals(memory));
    }

    /** What a person said in this line; empty when it is another kind of line, or cut off. */
    private static String said(String line) {
        if (!line.contains("\"user\"")) {
            return "";
        }
        try {
            JsonNode node = JSON.readTree(line);
            JsonNode content = node.path("message").path("content");
            boolean spoken = node.path("type").asText().equals("user")
                    && !node.path("isMeta").asBoolean();
            return spoken ? text(content).strip() : "";
        } catch (IOException _) {
            return "";
        }
    }

    /** A text, or blocks of which the first text counts. */
    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        for (JsonNode block : content) {
            if (block.path("type").asText().equals("text")) {
                return block.path("text").asText();
            }
        }
        return "";
    }
}
