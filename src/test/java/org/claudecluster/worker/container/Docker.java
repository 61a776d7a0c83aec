package org.claudecluster.worker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The docker client, on the engine that {@code DOCKER_HOST} names. */
final class Docker {

    private static final int SECONDS = 180;

    private Docker() {}

    /** What a command printed on both streams, and how it ended. */
    record Answer(int exitCode, String text) {}

    /** Runs it and answers what it printed, without line ends around it; fails when it fails. */
    static String run(String... words) {
        Answer answer = tried(words);
        assertThat(answer.exitCode())
                .as("docker %s: %s", String.join(" ", words), answer.text())
                .isZero();
        return answer.text().strip();
    }

    static Answer tried(String... words) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        try {
            Path text = Files.createTempFile("docker", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(text.toFile())
                    .start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running: " + String.join(" ", command));
            }
            String printed = Files.readString(text, StandardCharsets.UTF_8);
            Files.delete(text);
            return new Answer(process.exitValue(), printed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
