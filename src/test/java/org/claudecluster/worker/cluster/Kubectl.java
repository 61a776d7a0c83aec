package org.claudecluster.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.claudecluster.worker.e2e.Api;

/** The command {@code kubectl} in one namespace. */
record Kubectl(String namespace) {

    private static final int PATIENCE_SECONDS = 180;

    /** What a command ended with, and what it printed. */
    record Answer(int exitCode, String text) {}

    /** Runs a command that must succeed, and answers what it printed. */
    String run(String... arguments) {
        return runWith("", arguments);
    }

    /** The same with a standard input. */
    String runWith(String input, String... arguments) {
        Answer answer = attempt(input, arguments);
        assertThat(answer.exitCode())
                .as(() -> "kubectl %s: %s".formatted(String.join(" ", arguments), answer.text()))
                .isZero();
        return answer.text();
    }

    /** Files and no pipes, so that neither side can stand still because the other does not read. */
    private Answer attempt(String input, String... arguments) {
        try {
            Path in = Files.writeString(Files.createTempFile("kubectl", ".in"), input);
            Path out = Files.createTempFile("kubectl", ".out");
            try {
                Process process = command(arguments)
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
                process.destroyForcibly();
                return new Answer(ended ? process.exitValue() : -1, Files.readString(out));
            } finally {
                Files.delete(in);
                Files.delete(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Not started yet. */
    ProcessBuilder command(String... arguments) {
        List<String> words = new ArrayList<>(List.of("kubectl", "--namespace", namespace));
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words);
    }

    JsonNode json(String... arguments) {
        List<String> words = new ArrayList<>(List.of(arguments));
        words.add("--output=json");
        return Api.json(run(words.toArray(String[]::new)));
    }

    /** The objects of a kind that a selector lets through. */
    Stream<JsonNode> list(String kind, String selector) {
        JsonNode items = json("get", kind, "--selector", selector).path("items");
        return StreamSupport.stream(items.spliterator(), false);
    }

    /** The file that says where the cluster is. */
    static Path config() {
        return Path.of(environment("KUBECONFIG"));
    }

    /** An address of this machine that pods reach. */
    static String nodeAddress() {
        return environment("CLUSTER_NODE_IP");
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new AssertionError(name + " is not set: run this by .ci/cluster.sh in");
        }
        return value;
    }
}
