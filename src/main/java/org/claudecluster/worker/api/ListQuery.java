package org.claudecluster.worker.api;

import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.Storable;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPart;

/** The query of {@code GET /tasks}. */
final class ListQuery {

    private static final String LABEL = "label.";

    private ListQuery() {}

    static TaskFilter parse(MultivaluedMap<String, String> query) {
        Map<String, String> labels = new HashMap<>();
        for (String name : query.keySet()) {
            if (name.startsWith(LABEL) && name.length() > LABEL.length()) {
                labels.put(text(name, name.substring(LABEL.length())), text(name, query.getFirst(name)));
                continue;
            }
            switch (name) {
                case "status", "workerId", "limit", "after", "fields", Callers.TENANT -> {}
                default ->
                    throw StrictJson.invalid(
                            name,
                            "is not a known parameter; known are: after, fields, label.KEY, limit, status, tenant, workerId");
            }
        }
        if (labels.size() > TaskSpec.MAX_LABELS) {
            throw StrictJson.invalid("label", "must be at most " + TaskSpec.MAX_LABELS + ", as a task has");
        }
        return new TaskFilter(
                first(query, "status").map(ListQuery::status),
                first(query, "workerId").map(name -> text("workerId", name)),
                labels,
                first(query, "after").map(ListQuery::after),
                first(query, "limit").map(ListQuery::limit).orElse(TaskFilter.DEFAULT_LIMIT));
    }

    /** What is asked for whole. */
    static Set<TaskPart> whole(MultivaluedMap<String, String> query) {
        return first(query, "fields").stream()
                .flatMap(fields -> Stream.of(fields.split(",", -1)))
                .map(ListQuery::part)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static TaskPart part(String name) {
        return TaskPart.ofWire(name)
                .orElseThrow(() -> StrictJson.invalid("fields", "must be prompt, result or prompt,result"));
    }

    /** The same request, behind this task. */
    static URI next(URI request, TaskId last) {
        URI next = UriBuilder.fromUri(request).replaceQueryParam("after", last).build();
        return URI.create(next.getRawPath() + "?" + next.getRawQuery());
    }

    /** What no store can hold is not looked for there. */
    private static String text(String parameter, String given) {
        if (!Storable.isText(given)) {
            throw StrictJson.invalid(parameter, "must not contain NUL or half a surrogate pair");
        }
        return given;
    }

    private static Optional<String> first(MultivaluedMap<String, String> query, String name) {
        return Optional.ofNullable(query.getFirst(name));
    }

    private static TaskStatus status(String text) {
        return TaskStatus.ofWire(text)
                .orElseThrow(
                        () -> StrictJson.invalid("status", "must be pending, running, completed, failed or cancelled"));
    }

    private static TaskId after(String text) {
        return TaskId.parse(text).orElseThrow(() -> StrictJson.invalid("after", "must be a taskId"));
    }

    private static int limit(String text) {
        if (text.matches("\\d{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= TaskFilter.MAX_LIMIT) {
                return limit;
            }
        }
        throw StrictJson.invalid("limit", "must be 1 to 500");
    }
}
