package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.time.Waits;

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

    /** The result of a clone. */
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
        if (source.lfs() && !git.hasLfs()) {
            return new Cloned.Failed(
                    "git-lfs is not installed on this worker: leave workspace.git.lfs out, or install it");
        }
        Access access;
        try {
            access = access(source);
        } catch (IOException e) {
            return new Cloned.Failed(String.valueOf(e.getMessage()));
        }
        long end = System.nanoTime() + terms.limit().toNanos();
        for (List<String> step : CloneSteps.of(source)) {
            Ended ended = step(step, access, terms, Map.of(), end);
            switch (ended) {
                case Ended.Well _ -> {}
                case Ended.Badly(Cloned.Failed(String why)) -> {
                    return new Cloned.Failed(explained(why, source, access, terms, end));
                }
                case Ended.Badly(Cloned why) -> {
                    return why;
                }
            }
        }
        tellWhatIsLeftOut(source, access, terms, end);
        return head(access, terms, end);
    }

    private String explained(String why, GitSource source, Access access, Terms terms, long end)
            throws InterruptedException {
        return GitAdvice.isRedirect(why)
                ? GitAdvice.moved(why, redirectTarget(source, access, terms, end))
                : GitAdvice.on(why, source);
    }

    /** Git does not say where it was sent, but for its trace, in which it hides what authenticates. */
    private Optional<String> redirectTarget(GitSource source, Access access, Terms terms, long end)
            throws InterruptedException {
        Path trace = terms.temporary().toAbsolutePath().resolve("git-trace");
        Map<String, String> variables =
                Map.of("GIT_TRACE_CURL", trace.toString(), "GIT_TRACE_CURL_NO_DATA", "1", "GIT_TRACE_REDACT", "1");
        try {
            Ended _ = step(List.of("ls-remote", "--", source.url(), "HEAD"), access, terms, variables, end);
            return GitAdvice.target(Files.readString(trace, StandardCharsets.ISO_8859_1), source);
        } catch (IOException _) {
            return Optional.empty();
        } finally {
            try {
                Files.deleteIfExists(trace);
            } catch (IOException _) {
                // It goes with the task's temporary directory.
            }
        }
    }

    /** What an agent would stumble over. */
    private void tellWhatIsLeftOut(GitSource source, Access access, Terms terms, long end) throws InterruptedException {
        if (!source.submodules()
                && Files.isRegularFile(terms.directory().resolve(".gitmodules"), LinkOption.NOFOLLOW_LINKS)) {
            terms.progress()
                    .accept("workspace: the repository has submodules, whose directories are empty:"
                            + " workspace.git.submodules fetches them");
        }
        if (!source.lfs()
                && step(CloneSteps.lookForLfs(), access, terms, CloneSteps.PATTERNS, end) instanceof Ended.Well) {
            terms.progress()
                    .accept("workspace: the repository has large files (Git LFS), of which only pointers are here:"
                            + " workspace.git.lfs fetches them");
        }
    }

    /** How the remote is spoken to, and what must not be told. */
    private record Access(Map<String, String> settings, List<String> secrets) {}

    private Access access(GitSource source) throws IOException {
        Map<String, String> settings = new HashMap<>(CloneSteps.settings(source));
        if (source.tokenSecretName().isEmpty()) {
            return new Access(settings, List.of());
        }
        String name = source.tokenSecretName().get();
        String token = secret(name);
        String pair = token.contains(":") ? token : "x-access-token:" + token;
        String encoded = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        String origin = source.url().substring(0, source.url().indexOf('/', "https://".length()) + 1);
        settings.put("http." + origin + ".extraHeader", "Authorization: Basic " + encoded);
        // Not followed anywhere else: git would take the header along.
        settings.put("http.followRedirects", "false");
        return new Access(settings, List.of(token, encoded));
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
        return switch (step(List.of("rev-parse", "--verify", "HEAD^{commit}"), access, terms, Map.of(), end)) {
            case Ended.Well(String printed) -> new Cloned.Done(printed.strip());
            case Ended.Badly(Cloned why) -> why;
        };
    }

    private Ended step(List<String> arguments, Access access, Terms terms, Map<String, String> variables, long end)
            throws InterruptedException {
        Map<String, String> all = new HashMap<>(variables);
        all.put(terms.marker().name(), terms.marker().value());
        Process process;
        try {
            process = git.start(new Git.Call(terms.directory(), terms.temporary(), access.settings(), all), arguments);
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
        while (!Waits.isDone(any, LOOK_AT_SPACE)) {
            full |= FreeSpace.isFull(terms.directory());
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
        full |= FreeSpace.isFull(terms.directory());
        return new Ended.Badly(full ? new Cloned.Full(why) : new Cloned.Failed(why));
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
