package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.NewTask;
import org.claudecluster.worker.task.QueueDepth;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskFilter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tasks are shown, and how many wait. */
abstract class ListContract extends StoreFixture {

    private static final TaskFilter ALL =
            new TaskFilter(Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), TaskFilter.MAX_LIMIT);

    @Test
    void the_newest_task_stands_first() {
        enqueue("one");
        enqueue("two");
        enqueue("three");

        assertThat(prompts(ALL)).containsExactly("three", "two", "one");
    }

    @Test
    void of_many_tasks_those_that_wait_or_run_are_open() {
        finished("completed");
        claimed("running");
        enqueue("waits");
        List<TaskId> asked =
                new ArrayList<>(store.list(ALL).stream().map(Task::id).toList());
        IntStream.range(0, 700).forEach(_ -> asked.add(TaskId.create(Instant.EPOCH)));

        assertThat(store.open(asked))
                .containsExactlyInAnyOrderElementsOf(store.list(ALL).stream()
                        .filter(task -> !task.status().isFinal())
                        .map(Task::id)
                        .toList())
                .hasSize(2);
        assertThat(store.open(List.of())).isEmpty();
    }

    @Test
    void one_status_can_be_asked_for() {
        finished("completed");
        claimed("running");
        enqueue("waits, older");
        enqueue("waits, younger");

        assertThat(prompts(status(TaskStatus.PENDING))).containsExactly("waits, younger", "waits, older");
        assertThat(prompts(status(TaskStatus.RUNNING))).containsExactly("running");
        assertThat(prompts(status(TaskStatus.COMPLETED))).containsExactly("completed");
        assertThat(prompts(status(TaskStatus.FAILED))).isEmpty();
    }

    @Test
    void a_worker_has_what_it_runs_and_what_wishes_for_it() {
        claimed("runs there");
        enqueue(ASpec.asking("wishes for it").preferring("me-1"));
        enqueue(ASpec.asking("wishes for its name").preferring("me"));
        enqueue("anywhere");

        assertThat(prompts(worker("me-1"))).containsExactly("wishes for it", "runs there");
        assertThat(prompts(worker("nobody"))).isEmpty();
    }

    @Test
    void all_labels_must_match() {
        enqueue(ASpec.asking("both").labels(Map.of("team", "a", "kind", "x")));
        enqueue(ASpec.asking("one").labels(Map.of("team", "a")));
        enqueue(ASpec.asking("swapped").labels(Map.of("kind", "a", "team", "x")));

        assertThat(prompts(labels(Map.of("team", "a")))).containsExactly("one", "both");
        assertThat(prompts(labels(Map.of("team", "a", "kind", "x")))).containsExactly("both");
        assertThat(prompts(labels(Map.of("team", "A")))).isEmpty();
    }

    @Test
    void filters_narrow_each_other() {
        claimed(ASpec.asking("runs").labels(Map.of("team", "a")));
        enqueue(ASpec.asking("waits").labels(Map.of("team", "a")));

        assertThat(prompts(new TaskFilter(
                        Optional.of(TaskStatus.RUNNING),
                        Optional.of("me-1"),
                        Map.of("team", "a"),
                        Optional.empty(),
                        TaskFilter.DEFAULT_LIMIT)))
                .containsExactly("runs");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pages_follow_each_other_without_gap_or_repetition(boolean ofOneStatus) {
        TaskFilter filter = ofOneStatus ? status(TaskStatus.PENDING) : ALL;
        enqueue("one");
        enqueue("two");
        enqueue("three");
        enqueue("four");
        enqueue("five");

        List<Task> first = store.list(page(filter, Optional.empty(), 2));
        enqueue("arrived meanwhile");
        List<Task> second = store.list(page(filter, Optional.of(first.getLast().id()), 2));
        List<Task> third = store.list(page(filter, Optional.of(second.getLast().id()), 2));

        assertThat(first).extracting(task -> task.spec().prompt()).containsExactly("five", "four");
        assertThat(second).extracting(task -> task.spec().prompt()).containsExactly("three", "two");
        assertThat(third).extracting(task -> task.spec().prompt()).containsExactly("one");
        assertThat(store.list(page(filter, Optional.of(third.getLast().id()), 2)))
                .isEmpty();
    }

    @Test
    void a_page_can_follow_a_task_that_was_deleted() {
        List<TaskId> ids = enqueuedAt("one", "two", "three", "four");
        store.cancel(ids.get(2));
        store.delete(ids.get(2));

        assertThat(prompts(page(ALL, Optional.of(ids.get(2)), 9))).containsExactly("two", "one");
    }

    @Test
    void a_page_can_follow_the_newest_task_when_it_was_deleted() {
        List<TaskId> ids = enqueuedAt("one", "two");
        store.cancel(ids.get(1));
        store.delete(ids.get(1));

        assertThat(prompts(page(ALL, Optional.of(ids.get(1)), 9))).containsExactly("one");
    }

    @Test
    void an_empty_queue_has_no_age() {
        finished("done");
        claimed("running");

        assertThat(store.depth()).isEqualTo(QueueDepth.EMPTY);
    }

    @Test
    void the_depth_counts_what_waits_and_the_age_of_the_eldest() {
        waitedFor(enqueue("old"), 90);
        waitedFor(enqueue("older"), 10);
        claimed(ASpec.asking("running").priority(10));

        assertThat(store.depth().pending()).isEqualTo(2);
        assertThat(store.depth().oldest()).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(120));
    }

    @Test
    void the_time_for_which_a_task_was_parked_is_no_age() {
        TaskId parked = enqueue(ASpec.asking("parked").notBefore(Instant.now().plusSeconds(600)));
        waitedFor(parked, 600);
        TaskId ripe = enqueue(ASpec.asking("ripe").notBefore(Instant.now().minusSeconds(30)));
        waitedFor(ripe, 300);

        assertThat(store.depth().pending()).isEqualTo(2);
        assertThat(store.depth().oldest()).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(60));
    }

    /** Tasks whose ids are a second apart, so that their order is known. */
    private List<TaskId> enqueuedAt(String... prompts) {
        List<TaskId> ids = new ArrayList<>();
        for (String prompt : prompts) {
            TaskId id = TaskId.create(Instant.ofEpochSecond(ids.size() + 1));
            store.enqueue(new NewTask(id, ASpec.asking(prompt).build(), Optional.empty()));
            ids.add(id);
        }
        return ids;
    }

    private List<String> prompts(TaskFilter filter) {
        return store.list(filter).stream().map(task -> task.spec().prompt()).toList();
    }

    private static TaskFilter status(TaskStatus status) {
        return new TaskFilter(Optional.of(status), Optional.empty(), Map.of(), Optional.empty(), 50);
    }

    private static TaskFilter worker(String worker) {
        return new TaskFilter(Optional.empty(), Optional.of(worker), Map.of(), Optional.empty(), 50);
    }

    private static TaskFilter labels(Map<String, String> labels) {
        return new TaskFilter(Optional.empty(), Optional.empty(), labels, Optional.empty(), 50);
    }

    private static TaskFilter page(TaskFilter filter, Optional<TaskId> after, int limit) {
        return new TaskFilter(filter.status(), filter.worker(), filter.labels(), after, limit);
    }
}
