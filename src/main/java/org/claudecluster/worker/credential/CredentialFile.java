package org.claudecluster.worker.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;

/**
 * Reads a mounted credentials file, and says what it turned out to be. The CLI reads no such file by itself; a person
 * has at hand one of the CLI's own files, or a key under some name.
 */
public sealed interface CredentialFile {

    /** A Secret that is larger is none that we know. */
    int MAX_BYTES = 64 * 1024;

    /** Nothing is there. */
    record Absent() implements CredentialFile {}

    /** It can't be told what is there: the disk or the rights to it stand in the way. It is no absence. */
    record Unreadable(String why) implements CredentialFile {}

    /** Something is there that we can't use; {@code why} shows none of it. */
    record Refused(String why) implements CredentialFile {}

    /**
     * One credential of a known shape.
     *
     * @param hash fingerprint of the file's bytes
     * @param worldReadable whether every user of this machine may read it
     */
    record Accepted(CredentialFileShape shape, String hash, boolean worldReadable) implements CredentialFile {}

    /** Tells whether two looks have found the same. */
    default String identity() {
        return switch (this) {
            case Absent _ -> "";
            case Refused(String why) -> "refused: " + why;
            case Unreadable(String why) -> "unreadable: " + why;
            case Accepted accepted -> accepted.hash();
        };
    }

    /** Looks at it, following symbolic links, since Kubernetes swaps one when a Secret changes. */
    static CredentialFile read(Path file) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            if (found.isDirectory()) {
                return new Refused("it is a directory: name the file in it");
            }
            if (!found.isRegularFile()) {
                return new Refused("it is no regular file");
            }
            byte[] bytes = firstBytes(file);
            if (bytes.length > MAX_BYTES) {
                return new Refused("it is larger than 64 KiB");
            }
            return parse(bytes, isWorldReadable(file));
        } catch (NoSuchFileException _) {
            // A dangling link is a mount that is not there yet.
            return new Absent();
        } catch (IOException e) {
            return new Unreadable("it can't be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static byte[] firstBytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES + 1);
        }
    }

    private static boolean isWorldReadable(Path file) throws IOException {
        return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    }

    /** The reader's own message may show what it read. */
    private static CredentialFile parse(byte[] bytes, boolean worldReadable) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.isBlank()) {
            return new Refused("it is empty");
        }
        JsonNode json;
        try {
            json = Strict.READER.readTree(text);
        } catch (JsonProcessingException e) {
            return new Refused("it is not JSON (line %d, column %d)"
                    .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
        }
        if (!json.isObject()) {
            return new Refused("it is JSON, but no object");
        }
        try {
            return new Accepted(CredentialFileShape.of(json, text), Credential.fingerprint(bytes), worldReadable);
        } catch (CredentialFileShape.UnknownShapeException e) {
            return new Refused(String.valueOf(e.getMessage()));
        }
    }

    /** One JSON value and nothing behind it. */
    final class Strict {
        private static final ObjectReader READER =
                new JsonMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

        private Strict() {}
    }
}
