package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.QueueDepth;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage;
import org.claudecluster.worker.task.store.TaskPage.Listed;
import org.claudecluster.worker.task.store.TaskPart;
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
        List<TaskId> asked = new ArrayList<>(all().stream().map(Task::id).toList());
        IntStream.range(0, 700).forEach(_ -> asked.add(TaskId.create(Instant.EPOCH)));

        assertThat(tasks.open(asked))
                .containsExactlyInAnyOrderElementsOf(all().stream()
                        .filter(task -> !task.status().isFinal())
                        .map(Task::id)
                        .toList())
                .hasSize(2);
        assertThat(tasks.open(List.of())).isEmpty();
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

        TaskPage first = tasks.list(page(filter, Optional.empty(), 2), Set.of());
        enqueue("arrived meanwhile");
        TaskPage second = tasks.list(page(filter, Optional.of(last(first)), 2), Set.of());
        TaskPage third = tasks.list(page(filter, Optional.of(last(second)), 2), Set.of());

        assertThat(prompts(first)).containsExactly("five", "four");
        assertThat(prompts(second)).containsExactly("three", "two");
        assertThat(prompts(third)).containsExactly("one");
        assertThat(List.of(first, second, third)).extracting(TaskPage::more).containsExactly(true, true, false);
        assertThat(prompts(page(filter, Optional.of(last(third)), 2))).isEmpty();
    }

    @Test
    void a_full_page_that_is_the_last_says_so() {
        enqueue("one");
        enqueue("two");

        assertThat(tasks.list(page(ALL, Optional.empty(), 2), Set.of()).more()).isFalse();
    }

    @Test
    void a_long_prompt_is_told_by_its_start_unless_it_is_asked_for() {
        String longOne = "x".repeat(TaskPage.START + 1);
        enqueue("y".repeat(TaskPage.START));
        enqueue(longOne);

        List<Listed> cut = tasks.list(ALL, Set.of()).tasks();
        List<Listed> whole = tasks.list(ALL, Set.of(TaskPart.PROMPT)).tasks();

        assertThat(cut).extracting(Listed::promptCut).containsExactly(true, false);
        assertThat(cut.getFirst().task().spec().prompt()).isEqualTo("x".repeat(TaskPage.START));
        assertThat(whole).extracting(Listed::promptCut).containsExactly(false, false);
        assertThat(whole.getFirst().task().spec().prompt()).isEqualTo(longOne);
    }

    @Test
    void no_character_of_a_prompt_is_cut_in_two() {
        enqueue("x" + "\ud83d\ude00".repeat(TaskPage.START));

        Listed listed = tasks.list(ALL, Set.of()).tasks().getFirst();

        assertThat(listed.promptCut()).isTrue();
        assertThat(listed.task().spec().prompt()).isEqualTo("x" + "\ud83d\ude00".repeat((TaskPage.START - 1) / 2));
    }

    @Test
    void a_prompt_that_begins_with_a_page_of_spaces_is_listed() {
        enqueue(" ".repeat(2 * TaskPage.START) + "at last");

        assertThat(prompts(ALL)).containsExactly("…");
    }

    @Test
    void a_long_result_is_told_by_its_start_unless_it_is_asked_for() {
        TaskResult result = new TaskResult(
                Optional.of("x".repeat(5 * TaskPage.START)),
                Optional.empty(),
                3,
                BigDecimal.ONE,
                Usage.NONE,
                "[]",
                Optional.of("{\"a\":1}"));
        Task task = claimed("answers much");
        store.finish(task.lease(), new Finish(DONE.outcome(), Optional.of(result), Progress.NONE));

        Listed cut = tasks.list(ALL, Set.of()).tasks().getFirst();
        Listed whole = tasks.list(ALL, Set.of(TaskPart.RESULT)).tasks().getFirst();

        assertThat(cut.resultCut()).isTrue();
        assertThat(cut.task().result().orElseThrow().text().orElseThrow()).hasSize(TaskPage.START);
        assertThat(cut.task().result().orElseThrow().turns()).isEqualTo(3);
        assertThat(whole.resultCut()).isFalse();
        assertThat(whole.task().result().orElseThrow().text()).isEqualTo(result.text());
        assertThat(whole.task().result().orElseThrow().structuredOutput()).isEqualTo(result.structuredOutput());
    }

    @Test
    void a_page_ends_where_its_texts_would_be_too_many_bytes() {
        String large = "x".repeat(TaskSpec.MAX_PROMPT_BYTES);
        int fit = TaskPage.MAX_BYTES / TaskSpec.MAX_PROMPT_BYTES;
        for (int i = 0; i <= fit; i++) {
            enqueue(large);
        }

        TaskPage whole = tasks.list(ALL, Set.of(TaskPart.PROMPT));
        TaskPage rest = tasks.list(page(ALL, Optional.of(last(whole)), 500), Set.of(TaskPart.PROMPT));
        TaskPage cut = tasks.list(ALL, Set.of());

        assertThat(whole.tasks()).hasSizeBetween(fit - 1, fit);
        assertThat(whole.more()).isTrue();
        assertThat(whole.tasks().size() + rest.tasks().size()).isEqualTo(fit + 1);
        assertThat(rest.more()).isFalse();
        assertThat(cut.tasks()).hasSize(fit + 1);
        assertThat(cut.more()).isFalse();
    }

    private static TaskId last(TaskPage page) {
        return page.tasks().getLast().task().id();
    }

    @Test
    void a_page_can_follow_a_task_that_was_deleted() {
        List<TaskId> ids = enqueuedAt("one", "two", "three", "four");
        tasks.cancel(ids.get(2));
        tasks.delete(ids.get(2));

        assertThat(prompts(page(ALL, Optional.of(ids.get(2)), 9))).containsExactly("two", "one");
    }

    @Test
    void a_page_can_follow_the_newest_task_when_it_was_deleted() {
        List<TaskId> ids = enqueuedAt("one", "two");
        tasks.cancel(ids.get(1));
        tasks.delete(ids.get(1));

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
            store.enqueue(
                    new NewTask(id, Submitter.UNKNOWN, ASpec.asking(prompt).build(), Optional.empty()));
            ids.add(id);
        }
        return ids;
    }

    private List<Task> all() {
        return tasks.list(ALL, Set.of()).tasks().stream().map(Listed::task).toList();
    }

    private List<String> prompts(TaskFilter filter) {
        return prompts(tasks.list(filter, Set.of()));
    }

    private static List<String> prompts(TaskPage page) {
        return page.tasks().stream()
                .map(listed -> listed.task().spec().prompt())
                .toList();
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
