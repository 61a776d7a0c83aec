package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.claudecluster.worker.task.Sessions;
import org.jboss.logging.Logger;

/**
 * The CLI's own record of its sessions: {@code projects/<directory>/<session>.jsonl} below its configuration directory,
 * a line of JSON for each message (2.1.197 and 2.1.330). It is there some 0.2 s after the CLI's start.
 */
public final class SessionFiles implements Sessions {

    private static final Logger LOG = Logger.getLogger(SessionFiles.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final Path projects;

    /** Those below this CLAUDE_CONFIG_DIR. */
    public SessionFiles(Path configDirectory) {
        this.projects = configDirectory.resolve("projects");
    }

    @Override
    public boolean reaches(UUID session) {
        return find(session).isPresent();
    }

    /**
     * Whether the session has been told this already, so that it need not be told again. The CLI strips the white space
     * around a prompt.
     */
    public boolean holds(UUID session, String prompt) {
        Optional<Path> file = find(session);
        if (file.isEmpty()) {
            return false;
        }
        String wanted = prompt.strip();
        try (BufferedReader lines = Files.newBufferedReader(file.get())) {
            return lines.lines().anyMatch(line -> said(line).equals(wanted));
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("the session's file can't be read: %s", e);
            return false;
        }
    }

    private Optional<Path> find(UUID session) {
        String name = session + ".jsonl";
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(projects)) {
            return StreamSupport.stream(directories.spliterator(), false)
                    .map(directory -> directory.resolve(name))
                    .filter(Files::isRegularFile)
                    .findFirst();
        } catch (IOException _) {
            // No task has run here yet.
            return Optional.empty();
        }
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
