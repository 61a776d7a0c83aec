package org.claudecluster.worker.workspace;

import java.nio.file.Path;
import org.claudecluster.worker.task.TaskId;

/**
 * Where things are below the root. It may be others' as well: what is ours is named by a task that our store knows, or
 * lies in {@code .<home>}.
 *
 * @param home id of the data directory
 */
record Places(Path root, String home) {

    /** The directory of a task's own, or of the chain that it began. */
    Path directory(TaskId owner) {
        return root.resolve(owner.toString());
    }

    /** Below it the HOME of each. */
    Path homes() {
        return ours().resolve("homes");
    }

    Path homeOf(TaskId owner) {
        return homes().resolve(owner.toString());
    }

    /** The name of a directory that goes. */
    Path leavingOf(TaskId owner) {
        return ours().resolve("leaving-" + owner);
    }

    /** What was in the way of this one. */
    Path asideOf(TaskId owner) {
        return ours().resolve("aside").resolve(owner.toString());
    }

    private Path ours() {
        return root.resolve("." + home);
    }
}
