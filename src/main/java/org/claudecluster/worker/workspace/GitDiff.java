package org.claudecluster.worker.workspace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Writes the changes in a clone since it began, as a patch that {@code git apply} takes, binary files and untracked
 * ones included, those that {@code .gitignore} names not, nor large files (Git LFS) that the clone brought.
 *
 * <p>INVARIANT: the workspace is hostile. Its own git directory is never read: configuration, index, hooks and objects
 * are the worker's ({@link StartingPoint}), so that no filter, textconv, external diff, file system monitor or hook of
 * the agent's is run. Repositories inside of it, submodules as well, are left out, because git would start itself in
 * them, with their configuration. Nothing is written into the workspace, and new files are not copied anywhere.
 */
public final class GitDiff {

    private static final String INDEX = "index-";
    /** Beside the index: says that the clone has large files in place of their pointers. */
    static final String LARGE_FILES = "large-files";

    private static final String LFS = "lfs";
    /** For all of it: an agent may leave more than anybody wants to see. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Git git;

    GitDiff(Git git) {
        this.git = git;
    }

    /**
     * Where it is made.
     *
     * @param gitDirectory the worker's own
     */
    record Place(Path workspace, Path gitDirectory, String start) {}

    /** Writes the patch. When it throws, an unknown part has been written. */
    void write(Place place, OutputStream out) throws IOException {
        Path index = place.gitDirectory().resolve(INDEX + UUID.randomUUID());
        Git.Call call = new Git.Call(
                place.workspace(),
                place.gitDirectory(),
                // Above it a file is only said to differ, and is not read into memory.
                Map.of("core.bigFileThreshold", "64m"),
                Map.of(
                        "GIT_DIR", place.gitDirectory().toString(),
                        "GIT_WORK_TREE", place.workspace().toString(),
                        "GIT_INDEX_FILE", index.toString()));
        long end = System.nanoTime() + LIMIT.toNanos();
        try {
            run(call, List.of("read-tree", place.start()), new byte[0], OutputStream.nullOutputStream(), end);
            if (Files.exists(place.gitDirectory().resolve(LARGE_FILES))) {
                leaveOut(largeFiles(call, end), call, end);
            }
            ByteArrayOutputStream untracked = new ByteArrayOutputStream();
            run(call, List.of("ls-files", "-z", "--others", "--exclude-standard"), new byte[0], untracked, end);
            byte[] files = withoutRepositories(untracked.toByteArray());
            if (files.length > 0) {
                // The intent only: their contents are read by the diff and stored nowhere.
                List<String> add = List.of("add", "-N", "--pathspec-from-file=-", "--pathspec-file-nul");
                run(call, add, files, OutputStream.nullOutputStream(), end);
            }
            List<String> diff = List.of(
                    "diff",
                    "--binary",
                    "--no-color",
                    "--no-ext-diff",
                    "--no-textconv",
                    "--no-renames",
                    "--ignore-submodules=all",
                    "--src-prefix=a/",
                    "--dst-prefix=b/",
                    place.start(),
                    "--");
            run(call, diff, new byte[0], out, end);
        } finally {
            Files.deleteIfExists(index);
            Files.deleteIfExists(index.resolveSibling(index.getFileName() + ".lock"));
        }
    }

    /** By the attributes of the start, which are in the index: those in the workspace are the agent's. */
    private List<String> largeFiles(Git.Call call, long end) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        run(call, List.of("ls-files", "-z", "--cached"), new byte[0], all, end);
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        run(call, List.of("check-attr", "-z", "--stdin", "--cached", "filter"), all.toByteArray(), told, end);
        String[] fields = told.toString(StandardCharsets.ISO_8859_1).split("\0", -1);
        List<String> large = new ArrayList<>();
        for (int i = 0; i + 2 < fields.length; i += 3) {
            if (fields[i + 2].equals(LFS)) {
                large.add(fields[i]);
            }
        }
        return large;
    }

    /** Else the whole of each would be a change, for its pointer is what was committed. */
    private void leaveOut(List<String> files, Git.Call call, long end) throws IOException {
        byte[] names = (String.join("\0", files) + "\0").getBytes(StandardCharsets.ISO_8859_1);
        if (!files.isEmpty()) {
            List<String> skip = List.of("update-index", "-z", "--skip-worktree", "--stdin");
            run(call, skip, names, OutputStream.nullOutputStream(), end);
        }
    }

    /** A repository inside of the workspace is listed as a directory, with a slash at its end. */
    private static byte[] withoutRepositories(byte[] names) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(names.length);
        int begin = 0;
        for (int i = 0; i < names.length; i++) {
            if (names[i] == 0) {
                if (i > begin && names[i - 1] != '/') {
                    kept.write(names, begin, i + 1 - begin);
                }
                begin = i + 1;
            }
        }
        return kept.toByteArray();
    }

    private void run(Git.Call call, List<String> arguments, byte[] stdin, OutputStream out, long end)
            throws IOException {
        Process process = git.start(call, arguments);
        GitOutput said = new GitOutput(List.of(), _ -> {});
        Thread errors = Thread.ofVirtual().start(() -> said.drain(process.getErrorStream()));
        Thread input = Thread.ofVirtual().start(() -> feed(process, stdin));
        Thread limit = Thread.ofVirtual().start(() -> endAt(process, end));
        try (InputStream printed = process.getInputStream()) {
            printed.transferTo(out);
            if (process.waitFor() != 0) {
                errors.join(Duration.ofSeconds(1));
                throw new IOException("git " + arguments.getFirst() + " failed: " + said.lastLines());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            limit.interrupt();
            input.interrupt();
        }
    }

    private static void feed(Process process, byte[] stdin) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(stdin);
        } catch (IOException _) {
            // It ended before it had read all; its exit code tells.
        }
    }

    private static void endAt(Process process, long end) {
        try {
            if (!process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
