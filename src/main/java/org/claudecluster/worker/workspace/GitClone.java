package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.terminal.ProcessTree;

/** Fetches exactly what is asked for into a directory, and leaves no process behind, whatever becomes of it. */
final class GitClone {

    private static final Duration LOOK_AT_SPACE = Duration.ofMillis(100);
    private static final int MAX_SECRET = 4096;

    private final Git git;
    private final Path secrets;

    /** With the directory in which each file is a token. */
    GitClone(Git git, Path secrets) {
        this.git = git;
        this.secrets = secrets;
    }

    /**
     * Where and under what conditions.
     *
     * @param directory empty
     * @param temporary git's HOME, so that it finds no settings and no credentials of the worker's user
     * @param marker by which its processes are found, also after a crash of the worker
     * @param progress hears what git says
     * @param stop completes when there shall be an end
     */
    record Terms(
            Path directory,
            Path temporary,
            Marker marker,
            Consumer<String> progress,
            CompletableFuture<?> stop,
            Duration limit) {}

    /** The variable that all of its processes carry. */
    record Marker(String name, String value) {}

    /** What came of it. */
    sealed interface Cloned {
        /** The commit that is checked out. */
        record Done(String commit) implements Cloned {}

        /** Git's last words. */
        record Failed(String why) implements Cloned {}

        /** The disk has no room for it. */
        record Full(String why) implements Cloned {}

        /** It was ended. */
        record Stopped(boolean outOfTime) implements Cloned {}
    }

    /** Throws {@link InterruptedException} as soon as nothing of it runs any more. */
    Cloned run(GitSource source, Terms terms) throws InterruptedException {
        if (!git.isInstalled()) {
            return new Cloned.Failed("git is not installed on this worker");
        }
        if (source.url().startsWith("ssh://") && !git.speaksSsh()) {
            return new Cloned.Failed("ssh is not installed on this worker");
        }
        Access access;
        try {
            access = access(source);
        } catch (IOException e) {
            return new Cloned.Failed(String.valueOf(e.getMessage()));
        }
        long end = System.nanoTime() + terms.limit().toNanos();
        for (List<String> step : steps(source)) {
            Ended ended = step(step, access, terms, end);
            switch (ended) {
                case Ended.Well _ -> {}
                case Ended.Badly(Cloned why) -> {
                    return why;
                }
            }
        }
        return head(access, terms, end);
    }

    private static List<List<String>> steps(GitSource source) {
        List<String> fetch = new ArrayList<>(List.of("fetch", "--progress", "--no-tags", "--no-recurse-submodules"));
        source.depth().ifPresent(depth -> fetch.add("--depth=" + depth));
        fetch.addAll(List.of("--", "origin", source.ref().orElse("HEAD")));
        return List.of(
                List.of("init", "--quiet", "--template="),
                List.of("remote", "add", "--", "origin", source.url()),
                fetch,
                List.of("checkout", "--progress", "--detach", "FETCH_HEAD"));
    }

    /** How the remote is spoken to, and what must not be told. */
    private record Access(Map<String, String> settings, List<String> secrets) {}

    private Access access(GitSource source) throws IOException {
        if (source.tokenSecretName().isEmpty()) {
            return new Access(Map.of(), List.of());
        }
        String name = source.tokenSecretName().get();
        String token = secret(name);
        String pair = token.contains(":") ? token : "x-access-token:" + token;
        String encoded = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        String origin = source.url().substring(0, source.url().indexOf('/', "https://".length()) + 1);
        // Not followed anywhere else: git would take the header along.
        return new Access(
                Map.of(
                        "http." + origin + ".extraHeader",
                        "Authorization: Basic " + encoded,
                        "http.followRedirects",
                        "false"),
                List.of(token, encoded));
    }

    private String secret(String name) throws IOException {
        Path file = secrets.resolve(name);
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_SECRET) {
            throw new IOException("tokenSecretName: there is no secret " + name + " on this worker");
        }
        String token;
        try {
            token = Files.readString(file).strip();
        } catch (IOException _) {
            throw new IOException("tokenSecretName: the secret " + name + " can't be read");
        }
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IOException("tokenSecretName: the secret " + name + " is no token: one line of ASCII");
        }
        return token;
    }

    /** How one of git's commands ended. */
    private sealed interface Ended {
        record Well(String printed) implements Ended {}

        record Badly(Cloned why) implements Ended {}
    }

    private Cloned head(Access access, Terms terms, long end) throws InterruptedException {
        return switch (step(List.of("rev-parse", "--verify", "HEAD^{commit}"), access, terms, end)) {
            case Ended.Well(String printed) -> new Cloned.Done(printed.strip());
            case Ended.Badly(Cloned why) -> why;
        };
    }

    private Ended step(List<String> arguments, Access access, Terms terms, long end) throws InterruptedException {
        Process process;
        try {
            process = git.start(
                    new Git.Call(
                            terms.directory(),
                            terms.temporary(),
                            access.settings(),
                            Map.of(terms.marker().name(), terms.marker().value())),
                    arguments);
        } catch (IOException e) {
            return new Ended.Badly(new Cloned.Failed("git can't be started: " + e.getMessage()));
        }
        ProcessTree tree = new ProcessTree(terms.marker().name(), terms.marker().value(), process.pid());
        GitOutput said = new GitOutput(access.secrets(), terms.progress());
        Thread reader = Thread.ofVirtual().start(() -> said.drain(process.getErrorStream()));
        try {
            return await(arguments.getFirst(), process, terms, end, said, reader);
        } finally {
            // What it started goes with it, also what a remote's connection keeps waiting.
            tree.sweep();
            process.destroyForcibly();
        }
    }

    private static Ended await(String command, Process process, Terms terms, long end, GitOutput said, Thread reader)
            throws InterruptedException {
        boolean full = false;
        CompletableFuture<Process> exited = process.onExit();
        CompletableFuture<?> any = CompletableFuture.anyOf(exited, terms.stop());
        while (!isDone(any)) {
            full |= Space.isFull(terms.directory());
            if (System.nanoTime() - end > 0) {
                return new Ended.Badly(new Cloned.Stopped(true));
            }
        }
        if (!exited.isDone()) {
            return new Ended.Badly(new Cloned.Stopped(false));
        }
        reader.join(Duration.ofSeconds(1));
        if (process.exitValue() == 0) {
            return new Ended.Well(printed(process));
        }
        String why = "git " + command + " failed: " + said.lastLines();
        full |= Space.isFull(terms.directory());
        return new Ended.Badly(full ? new Cloned.Full(why) : new Cloned.Failed(why));
    }

    private static boolean isDone(CompletableFuture<?> any) throws InterruptedException {
        try {
            any.get(LOOK_AT_SPACE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** No command of ours prints more than a pipe holds. */
    private static String printed(Process process) {
        try {
            return new String(process.getInputStream().readNBytes(MAX_SECRET), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
