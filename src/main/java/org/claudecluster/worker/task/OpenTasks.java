package org.claudecluster.worker.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tasks that wait for a worker or run on it. */
public final class OpenTasks {

    private OpenTasks() {}

    /** All that ask for it or have it, by the name of its data directory; page by page, so not of one moment. */
    public static List<Task> of(TaskStore store, Optional<String> home) {
        List<Task> all = new ArrayList<>();
        for (TaskStatus status : List.of(TaskStatus.PENDING, TaskStatus.RUNNING)) {
            Optional<TaskId> after = Optional.empty();
            List<Task> page;
            do {
                page = store.list(new TaskFilter(Optional.of(status), home, Map.of(), after, TaskFilter.MAX_LIMIT));
                all.addAll(page);
                after = page.isEmpty() ? after : Optional.of(page.getLast().id());
            } while (page.size() == TaskFilter.MAX_LIMIT);
        }
        return all;
    }
}
