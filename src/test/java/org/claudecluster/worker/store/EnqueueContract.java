package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Backoff;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.PermissionMode;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.SettingSource;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.TaskFilter;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** How a task comes into the store, and what a repeated request does. */
abstract class EnqueueContract extends StoreFixture {

    private static final ASpec EVERYTHING = ASpec.asking("Grüße, 世界 👩‍👩‍👧 \r\n\t\"'\\ %s ? $1")
            .preferring("worker-é")
            .priority(10)
            .maxAttempts(10)
            .notBefore(Instant.parse("2031-12-31T23:59:59.999Z"))
            .labels(Map.of("team", "größe", "empty", ""))
            .metadata("{\"b\": 1.0, \"a\": [null, \"\\u0000\"]}")
            .timeout(Duration.ofMillis(1_001))
            .workingDirectory("a/b c")
            .claude(new ClaudeOptions(
                    Optional.of("opus"),
                    Optional.of(7),
                    Optional.of(new BigDecimal("1.50")),
                    Optional.of(PermissionMode.DONT_ASK),
                    List.of("Read", "Bash(git log:*)"),
                    List.of("Write"),
                    Optional.of("be brief"),
                    Optional.of(UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057")),
                    Optional.of("{\"mcpServers\":{}}"),
                    Optional.of("{\"type\":\"object\"}"),
                    List.of(SettingSource.USER, SettingSource.PROJECT),
                    Optional.of("sonnet")))
            .retry(new Retry(
                    Set.of(Reason.OVERLOADED, Reason.SCHEMA_UNMET),
                    new Backoff(Duration.ofMillis(1), Duration.ofHours(24), 1.5)));

    @Test
    void an_enqueued_task_waits_and_has_no_history() {
        Task task = created(store.enqueue(newTask(ASpec.asking("hello"))));

        assertThat(task.status()).isEqualTo(TaskStatus.PENDING);
        assertThat(task.attempt()).isZero();
        assertThat(task.epoch()).isZero();
        assertThat(task.worker()).isEmpty();
        assertThat(task.startedAt()).isEmpty();
        assertThat(task.outcome()).isEmpty();
        assertThat(task.createdAt())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    }

    @Test
    void every_part_of_a_spec_reads_back_as_it_was_sent() {
        Task task = created(store.enqueue(newTask(EVERYTHING)));

        assertThat(task.spec()).isEqualTo(EVERYTHING.build());
        assertThat(found(task.id())).isEqualTo(task);
    }

    @Test
    void a_follow_up_in_a_clone_reads_back_as_it_was_sent() {
        TaskId first = TaskId.create(Instant.EPOCH);
        ASpec spec = ASpec.asking("go on")
                .requiring("home-1")
                .git(new GitSource(
                        "https://git.example/shop.git", Optional.of("main"), Optional.of(1), Optional.of("shop")))
                .continuing(new Continuation(TaskId.create(Instant.EPOCH), first));

        Task task = created(store.enqueue(newTask(spec)));

        assertThat(task.spec()).isEqualTo(spec.build());
        assertThat(task.workspace()).isEqualTo(first);
        assertThat(found(task.id())).isEqualTo(task);
    }

    @Test
    void a_bare_spec_reads_back_as_it_was_sent() {
        Task task = created(store.enqueue(newTask(ASpec.asking("x"))));

        assertThat(found(task.id())).isEqualTo(task);
    }

    @Test
    void the_longest_prompt_reads_back_as_it_was_sent() {
        String ascii = "a".repeat(TaskSpec.MAX_PROMPT_BYTES);
        String wide = "👩".repeat(TaskSpec.MAX_PROMPT_BYTES / 4);

        assertThat(found(enqueue(ascii)).spec().prompt()).isEqualTo(ascii);
        assertThat(found(enqueue(wide)).spec().prompt()).isEqualTo(wide);
    }

    @Test
    void text_that_looks_like_sql_is_only_text() {
        String hostile = "'); DELETE FROM task; --";

        TaskId id = enqueue(ASpec.asking(hostile).preferring(hostile).labels(Map.of("a'b", hostile)));

        assertThat(found(id).spec().prompt()).isEqualTo(hostile);
    }

    @Test
    void an_unknown_task_is_not_found() {
        assertThat(tasks.find(TaskId.create(Instant.now()))).isEmpty();
    }

    @Test
    void a_repeated_request_answers_the_task_of_the_first() {
        Task first = created(store.enqueue(newTask(ASpec.asking("once"), "key", "print")));

        Enqueued second = store.enqueue(newTask(ASpec.asking("once"), "key", "print"));

        assertThat(second).isEqualTo(new Enqueued.Repeated(first));
        assertThat(everything()).containsExactly(first.id());
    }

    @Test
    void a_repeated_request_answers_the_task_as_it_is_by_now() {
        TaskId id = created(store.enqueue(newTask(ASpec.asking("once"), "key", "print")))
                .id();
        store.finish(claimOne(ME).lease(), DONE);

        Enqueued second = store.enqueue(newTask(ASpec.asking("once"), "key", "print"));

        assertThat(second).isEqualTo(new Enqueued.Repeated(found(id)));
    }

    @Test
    void a_key_with_another_body_is_refused() {
        TaskId first = created(store.enqueue(newTask(ASpec.asking("this"), "key", "print-1")))
                .id();

        Enqueued second = store.enqueue(newTask(ASpec.asking("that"), "key", "print-2"));

        assertThat(second).isEqualTo(new Enqueued.KeyReused(first));
        assertThat(everything()).containsExactly(first);
    }

    @Test
    void a_key_is_free_again_when_its_task_is_deleted() {
        TaskId first = created(store.enqueue(newTask(ASpec.asking("this"), "key", "print-1")))
                .id();
        tasks.cancel(first);
        tasks.delete(first);

        assertThat(store.enqueue(newTask(ASpec.asking("that"), "key", "print-2")))
                .isInstanceOf(Enqueued.Created.class);
    }

    @Test
    void fifty_identical_requests_at_once_make_one_task() throws Exception {
        try (JdbcTaskStore replica = open(Duration.ZERO)) {
            List<JdbcTaskStore> stores = List.of(store, replica);

            List<Enqueued> answers = Together.run(IntStream.range(0, 50)
                    .mapToObj(i -> Together.call(
                            () -> stores.get(i % 2).enqueue(newTask(ASpec.asking("once"), "key", "print"))))
                    .toList());

            assertThat(answers).filteredOn(Enqueued.Created.class::isInstance).hasSize(1);
            assertThat(answers).filteredOn(Enqueued.Repeated.class::isInstance).hasSize(49);
            assertThat(everything()).hasSize(1);
        }
    }

    /** Each alone in its commit, so that nothing but the database tells one of the other. */
    @RepeatedTest(20)
    void two_identical_requests_at_the_same_moment_make_one_task() throws Exception {
        try (JdbcTaskStore replica = open(Duration.ZERO)) {
            List<Enqueued> answers = Together.run(Stream.of(store, replica)
                    .map(one -> Together.call(() -> one.enqueue(newTask(ASpec.asking("once"), "key", "print"))))
                    .toList());

            assertThat(answers).filteredOn(Enqueued.Created.class::isInstance).hasSize(1);
            assertThat(answers).filteredOn(Enqueued.Repeated.class::isInstance).hasSize(1);
        }
    }

    @Test
    void many_requests_at_once_are_all_kept() throws Exception {
        List<NewTask> tasks = IntStream.range(0, 500)
                .mapToObj(i -> newTask(ASpec.asking("task " + i)))
                .toList();

        Together.run(tasks.stream()
                .map(task -> Together.call(() -> store.enqueue(task)))
                .toList());

        assertThat(everything()).isEqualTo(tasks.stream().map(NewTask::id).collect(Collectors.toSet()));
    }

    private Set<TaskId> everything() {
        return tasks
                .list(
                        new TaskFilter(
                                Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), TaskFilter.MAX_LIMIT),
                        Set.of())
                .tasks()
                .stream()
                .map(listed -> listed.task().id())
                .collect(Collectors.toSet());
    }
}
