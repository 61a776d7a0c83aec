package org.claudecluster.worker.workspace;

import java.nio.file.Path;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;

/**
 * Places the directories that tasks ask for by name. Those of a tenant lie below a root of its own, so that no name leads to
 * another tenant's files; those of {@code default} lie in the workspace root, as ever.
 */
public final class WishedDirectories {

    private static final String TENANTS = ".tenants";

    private WishedDirectories() {}

    /** The directory below which a tenant's wishes lie. */
    public static Path root(Path workspaces, Tenant tenant) {
        return tenant.equals(Tenant.DEFAULT)
                ? workspaces
                : workspaces.resolve(TENANTS).resolve(tenant.name());
    }

    /** The directory that a task asks for; throws {@link java.util.NoSuchElementException} if it asks for none. */
    public static Path of(Path workspaces, Task task) {
        return root(workspaces, task.tenant())
                .resolve(task.spec().workingDirectory().orElseThrow())
                .normalize();
    }

    /**
     * Whether a path below the root begins with what is the worker's own: hidden names (pools, homes, tenants), and the
     * directories of tasks that have asked for none.
     */
    public static boolean isReserved(Path relative) {
        String first = relative.normalize().getName(0).toString();
        return first.startsWith(".") || TaskId.parse(first).isPresent();
    }
}
