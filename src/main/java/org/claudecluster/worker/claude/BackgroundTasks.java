package org.claudecluster.worker.claude;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows an agent's tasks in the background, as its {@code system} lines tell it: {@code task_started}, {@code
 * task_updated} and {@code task_notification} about one task, {@code background_tasks_changed} with all that live
 * (2.1.330 and 2.1.332; their types stand in the Agent SDK). A task that a tool call waits for ends with its turn; one
 * that is {@code ambient} is no work. Not for use by two threads at once.
 */
public final class BackgroundTasks {

    /** Far above what an agent starts; beyond it tasks are not counted, so that nothing grows. */
    private static final int MOST = 1000;

    private static final int NAME = 80;
    private static final Set<String> AT_WORK = Set.of("pending", "running", "paused", "in_progress");
    private static final Set<String> CUT_OFF = Set.of("stopped", "killed");

    /** A task that has begun: which run of it, what people call it, and whether a tool call waits for it. */
    private record Begun(String run, String name, boolean awaited) {}

    private final Map<String, Begun> live = new LinkedHashMap<>();
    /** Those that were at work when the last result was told. */
    private final Map<String, String> behindResult = new LinkedHashMap<>();
    /** Those of them that somebody stopped before another turn has begun. */
    private final Map<String, String> stopped = new LinkedHashMap<>();
    /** Those that were at work behind a result, and of which another result came without a word. */
    private final Map<String, String> cameBack = new LinkedHashMap<>();

    private boolean endTold;

    /** Takes the next event. */
    public void after(AgentEvent event) {
        if (event.isResult()) {
            turnEnded();
            return;
        }
        if (!event.type().equals("system")) {
            return;
        }
        JsonNode node = event.node();
        switch (event.subtype()) {
            case "task_started" -> begin(node);
            case "task_updated" -> update(node);
            case "task_notification" -> settle(node, node.path("status").asText());
            case "background_tasks_changed" -> replace(node.path("tasks"));
            default -> {}
        }
    }

    /** Whether any is at work. */
    public boolean anyOpen() {
        return live.values().stream().anyMatch(begun -> !begun.awaited());
    }

    /** What people call those that are at work. */
    List<String> open() {
        return live.values().stream()
                .filter(begun -> !begun.awaited())
                .map(Begun::name)
                .toList();
    }

    /**
     * What people call those that the program's own end cuts off. Not those whose end it did not tell, but came back
     * with another result: only the end of one can have begun that turn.
     */
    List<String> cutOff() {
        Map<String, String> all = new LinkedHashMap<>(stopped);
        live.forEach((id, begun) -> {
            if (!begun.awaited() && !cameBack.containsKey(id)) {
                all.put(id, begun.name());
            }
        });
        return List.copyOf(all.values());
    }

    private void turnEnded() {
        live.values().removeIf(Begun::awaited);
        if (!endTold) {
            behindResult.forEach(cameBack::putIfAbsent);
        }
        endTold = false;
        stopped.clear();
        behindResult.clear();
        live.forEach((id, begun) -> behindResult.put(id, begun.name()));
        cameBack.keySet().retainAll(live.keySet());
    }

    private void begin(JsonNode node) {
        String id = node.path("task_id").asText();
        if (id.isEmpty() || isAmbient(node) || live.size() >= MOST) {
            return;
        }
        boolean awaited = node.path("is_backgrounded").isBoolean()
                && !node.path("is_backgrounded").asBoolean();
        live.put(id, new Begun(node.path("run_id").asText(), name(node), awaited));
        cameBack.remove(id);
    }

    private void update(JsonNode node) {
        JsonNode patch = node.path("patch");
        if (patch.path("is_backgrounded").asBoolean()) {
            live.computeIfPresent(
                    node.path("task_id").asText(), (_, begun) -> new Begun(begun.run(), begun.name(), false));
        }
        if (patch.path("status").isTextual()) {
            settle(node, patch.path("status").asText());
        }
    }

    private void settle(JsonNode node, String status) {
        String id = node.path("task_id").asText();
        Begun begun = live.get(id);
        if (AT_WORK.contains(status)
                || (begun != null && isLate(node.path("run_id").asText(), begun.run()))) {
            return;
        }
        live.remove(id);
        String name = behindResult.get(id);
        if (name == null) {
            return;
        }
        endTold = true;
        if (CUT_OFF.contains(status)) {
            stopped.put(id, name);
        }
    }

    /** The ids of a task's runs sort in the order in which the runs began. */
    private static boolean isLate(String run, String current) {
        return !run.isEmpty() && run.compareTo(current) < 0;
    }

    private void replace(JsonNode tasks) {
        if (!tasks.isArray()) {
            return;
        }
        Map<String, Begun> told = new LinkedHashMap<>();
        for (JsonNode task : tasks) {
            String id = task.path("task_id").asText();
            if (!id.isEmpty() && !isAmbient(task) && told.size() < MOST) {
                told.put(id, new Begun(task.path("run_id").asText(), name(task), false));
            }
        }
        boolean gone = live.entrySet()
                .removeIf(task ->
                        !told.containsKey(task.getKey()) && !task.getValue().awaited());
        endTold |= gone;
        live.putAll(told);
    }

    private static boolean isAmbient(JsonNode node) {
        return node.path("ambient").asBoolean() || node.path("skip_transcript").asBoolean();
    }

    private static String name(JsonNode node) {
        String told = node.path("description").asText(node.path("task_id").asText());
        String name = told.isBlank() ? node.path("task_id").asText() : told;
        return name.length() <= NAME ? name : name.substring(0, NAME);
    }
}
