package org.claudecluster.worker.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.claudecluster.worker.task.ArgumentText;
import org.claudecluster.worker.workspace.WishedDirectories;

/** Which working directories may be asked for. The run checks again, since links can be made in between. */
final class WorkingDirectories {

    /** Linux: NAME_MAX, and PATH_MAX with room for what the task itself makes below. */
    static final int MAX_NAME_BYTES = 255;

    static final int MAX_PATH_BYTES = 3_000;

    private WorkingDirectories() {}

    /** What is wrong with the wish, if anything. */
    static Optional<String> problem(Path root, String wished) {
        try {
            Path relative = Path.of(wished);
            Path resolved = root.resolve(relative).normalize();
            if (relative.isAbsolute() || !resolved.startsWith(root) || resolved.equals(root)) {
                return Optional.of("must be a relative path below the workspace root, without a way out by ..");
            }
            if (isTooLong(resolved)) {
                return Optional.of("must have names of at most %d bytes, and at most %d bytes with the workspace root"
                        .formatted(MAX_NAME_BYTES, MAX_PATH_BYTES));
            }
            if (WishedDirectories.isReserved(root.relativize(resolved))) {
                return Optional.of("must not begin with a dot or with a task's id: those are the worker's own");
            }
            return leavesByLink(root, resolved)
                    ? Optional.of("leads out of the workspace root through a symbolic link")
                    : Optional.empty();
        } catch (InvalidPathException _) {
            return Optional.of("is not a path");
        } catch (IOException _) {
            return Optional.of("can't be looked at on this worker");
        }
    }

    private static boolean isTooLong(Path path) {
        return ArgumentText.utf8Length(path.toString()) > MAX_PATH_BYTES
                || StreamSupport.stream(path.spliterator(), false)
                        .anyMatch(name -> ArgumentText.utf8Length(name.toString()) > MAX_NAME_BYTES);
    }

    private static boolean leavesByLink(Path root, Path resolved) throws IOException {
        if (!Files.exists(root)) {
            return false;
        }
        for (Path step = resolved; step != null && !step.equals(root); step = step.getParent()) {
            if (Files.isSymbolicLink(step) && !Files.exists(step)) {
                return true;
            }
            if (Files.exists(step)) {
                return !step.toRealPath().startsWith(root.toRealPath());
            }
        }
        return false;
    }
}
