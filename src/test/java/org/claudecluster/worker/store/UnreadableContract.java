package org.claudecluster.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Attempt;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.TaskFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A row that holds what it must not concerns its own task, and nobody else's. */
abstract class UnreadableContract extends StoreFixture {

    private static final TaskFilter ALL =
            new TaskFilter(Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), TaskFilter.MAX_LIMIT);

    private static final String NO_OPTIONS = "'claude':{'allowedTools':[],'disallowedTools':[]}";

    /** Of a task that waits. */
    static Stream<String> unreadableSpecs() {
        return Stream.of(
                "spec = '{'",
                "spec = ''",
                "spec = 'null'",
                "spec = '[]'",
                "spec = '{}'",
                "spec = '{\"labels\":{},\"claude\":{\"maxTurns\":0,\"allowedTools\":[],\"disallowedTools\":[]}}'",
                "spec = '{\"labels\":{},\"claude\":{\"permissionMode\":\"?\"}}'",
                "prompt = ''",
                "priority = 99",
                "timeout_ms = -1",
                "max_attempts = 100",
                "wanted_worker = ' '",
                "session_id = 'no-uuid'");
    }

    @ParameterizedTest
    @MethodSource("unreadableSpecs")
    void what_waits_and_can_t_be_run_fails_alone(String change) {
        TaskId broken = enqueue(ASpec.asking("broken").priority(10));
        TaskId whole = enqueue("whole");
        sql("UPDATE task SET " + change + " WHERE id = ?", broken);

        assertThat(claimPrompts(ME, 2)).containsExactly("whole");
        assertThat(listed()).containsExactlyInAnyOrder(broken, whole);
        Task failed = found(broken);
        assertThat(failed.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(failed.attempt()).isZero();
        assertThat(failed.finishedAt()).isPresent();
        assertThat(failed.outcome()).hasValueSatisfying(outcome -> {
            assertThat(outcome.reason()).contains(Reason.NEVER_STARTED);
            assertThat(outcome.message().orElseThrow()).startsWith("what the store holds of this task can't be read");
        });
    }

    @Test
    void what_waits_and_whose_claim_is_rejected_fails_alone() {
        TaskId broken = enqueue(ASpec.asking("broken").priority(10));
        enqueue("whole");
        sql("UPDATE task SET attempt = max_attempts WHERE id = ?", broken);

        assertThat(claimPrompts(ME, 2)).containsExactly("whole");
        Task failed = found(broken);
        assertThat(failed.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(failed.outcome()).hasValueSatisfying(outcome -> {
            assertThat(outcome.reason()).contains(Reason.NEVER_STARTED);
            assertThat(outcome.message().orElseThrow())
                    .startsWith("this task can't be claimed, submit it again: the store rejects it");
        });
    }

    /** Numbers that a version without bounds took, at each place of a spec that holds a number. */
    static Stream<String> boundlessNumbers() {
        List<String> numbers = List.of(
                "1e999999999", "-1e999999999", "1e-999999999", "0e-999999999", "1e99999999999", "9".repeat(900));
        return Stream.of(
                        "'claude':{'maxBudgetUsd':%s,'allowedTools':[],'disallowedTools':[]}",
                        "'claude':{'maxTurns':%s,'allowedTools':[],'disallowedTools':[]}",
                        NO_OPTIONS + ",'git':{'url':'https://a/b','depth':%s}",
                        NO_OPTIONS + ",'retry':{'on':[],'initialMs':%s,'maxMs':1,'factor':2}",
                        NO_OPTIONS + ",'retry':{'on':[],'initialMs':1,'maxMs':%s,'factor':2}",
                        NO_OPTIONS + ",'retry':{'on':[],'initialMs':1,'maxMs':1,'factor':%s}")
                .flatMap(place -> numbers.stream().map(place::formatted))
                .map(parts -> json("{'labels':{'team':'a'},'metadata':'{}'," + parts + "}"));
    }

    private static String json(String inSingleQuotes) {
        return inSingleQuotes.replace('\'', '"');
    }

    @ParameterizedTest
    @MethodSource("boundlessNumbers")
    void a_number_without_bound_fails_its_task_alone(String spec) {
        TaskId broken = enqueue(ASpec.asking("broken").priority(10));
        enqueue("whole");
        sql("UPDATE task SET spec = ? WHERE id = ?", spec, broken);

        assertThat(claimPrompts(ME, 2)).containsExactly("whole");
        assertThat(listed()).hasSize(2);
        Task failed = found(broken);
        assertThat(failed.outcome().flatMap(Outcome::reason)).contains(Reason.NEVER_STARTED);
        assertThat(failed.spec().labels()).containsEntry("team", "a");
        assertThat(failed.spec().metadata()).contains("{}");
    }

    @Test
    void text_that_no_argument_can_hold_fails_its_task_alone() {
        TaskId broken = enqueue(ASpec.asking("broken").priority(10));
        enqueue("whole");
        String rules = Stream.generate(() -> "'" + "\u20ac".repeat(490) + "'")
                .limit(200)
                .collect(Collectors.joining(","));
        sql(
                "UPDATE task SET spec = ? WHERE id = ?",
                json("{'labels':{},'claude':{'allowedTools':[" + rules + "],'disallowedTools':[]}}"),
                broken);

        assertThat(claimPrompts(ME, 2)).containsExactly("whole");
        assertThat(found(broken).outcome().flatMap(Outcome::message).orElseThrow())
                .contains("allowedTools must have at most 102400 bytes of UTF-8");
    }

    @Test
    void of_options_that_can_t_be_read_the_chain_is_still_known() {
        Task first = finished("first");
        Task second = finished("second");
        sql("UPDATE task SET spec = ? WHERE id = ?", json("""
                {'labels':{},'workingDirectory':'x','continues':{'task':{'value':'%s'},'workspace':{'value':'%s'}},
                 'claude':{'maxTurns':0,'allowedTools':[],'disallowedTools':[]}}\
                """.formatted(first.id(), first.id())), second.id());

        assertThat(found(second.id()).workspace()).isEqualTo(first.id());
        assertThat(found(second.id()).spec().workingDirectory()).contains("x");
    }

    @Test
    void however_many_of_them_stand_in_front_a_claim_gets_what_is_behind() {
        List<TaskId> broken =
                IntStream.range(0, 150).mapToObj(number -> enqueue("broken")).toList();
        enqueue("whole");
        sql("UPDATE task SET spec = 'x' WHERE prompt = 'broken'");

        assertThat(claimPrompts(ME, 20)).containsExactly("whole");
        assertThat(broken).allSatisfy(id -> assertThat(status(id)).isEqualTo(TaskStatus.FAILED));
    }

    @Test
    void one_that_was_mended_since_the_look_does_not_fail() {
        TaskId id = enqueue("mended");
        sql("UPDATE task SET epoch = epoch + 1 WHERE id = ?", id);

        assertThat(write(new Unreadable(id, 0, "why"))).isEmpty();
        assertThat(status(id)).isEqualTo(TaskStatus.PENDING);
    }

    private List<TaskId> write(Unreadable task) {
        try (Connection connection = dataSource().getConnection()) {
            return Unreadable.end(connection, List.of(task));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("unreadableSpecs")
    void one_that_runs_is_shown_and_reaped(String change) {
        Task task = claimed(ASpec.asking("hello").maxAttempts(1));
        sql("UPDATE task SET " + change + " WHERE id = ?", task.id());

        assertThat(listed()).containsExactly(task.id());
        assertThat(store.renew(ME.lease(), List.of(task.lease()))).containsExactly(task.lease());
        leaseRanOut(task.id());
        assertThat(store.reap(OTHER.id(), false)).extracting(Task::id).containsExactly(task.id());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "result = '{'",
                "result = 'null'",
                "result = '[]'",
                "result = '{\"turns\":-1}'",
                "result = REPLACE(result, '\"costUsd\":0', '\"costUsd\":1e999999999')",
                "result = REPLACE(result, '\"costUsd\":0', '\"costUsd\":1e-999999999')",
                "result = REPLACE(result, '\"turns\":1', '\"turns\":1e999999999')",
                "result = REPLACE(result, '\"inputTokens\":0', '\"inputTokens\":1e999999999')",
                "reason = 'of_a_later_version'",
                "output_bytes = -1",
                "turns = -1",
                "peak_memory = -1",
                "worker = ''",
                "park_reason = 'of_a_later_version'",
                "exit_code = NULL, exit_signal = -7",
                "spec = 'x', result = 'y', reason = 'z'"
            })
    void one_that_has_ended_is_shown_as_far_as_it_can_be_read(String change) {
        Task other = finished("other");
        Task task = claimed("hello");
        Outcome outcome = new Outcome.Failed(Reason.API_ERROR, "why", new Ending.Exited(1));
        store.finish(task.lease(), new Finish(outcome, Optional.of(aResult("said")), Progress.NONE));
        sql("UPDATE task SET " + change + " WHERE id = ?", task.id());

        assertThat(listed()).containsExactly(task.id(), other.id());
        Task shown = found(task.id());
        assertThat(shown.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(shown.spec().prompt()).isEqualTo("hello");
        assertThat(shown.outcome().flatMap(Outcome::message)).contains("why");
    }

    /** What stands as JSON in an answer is JSON, whoever wrote it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,]", "x", "[] []", "{\\\"a\\\":1}}", "\\\"x"})
    void what_is_no_json_is_not_shown_as_such(String raw) {
        Task task = claimed("hello");
        store.finish(task.lease(), new Finish(DONE.outcome(), Optional.of(aResult("said")), Progress.NONE));
        sql("UPDATE task SET result = ?, spec = ? WHERE id = ?", """
                {"text":"said","turns":1,"costUsd":0,"usage":{"inputTokens":0,"outputTokens":0,"cacheReadTokens":0,\
                "cacheCreationTokens":0},"permissionDenials":"[]","structuredOutput":"%s"}""".formatted(raw), """
                {"metadata":"%s","labels":{},"claude":{"allowedTools":[],"disallowedTools":[],"settingSources":[]}}\
                """.formatted(raw), task.id());

        Task shown = found(task.id());
        assertThat(shown.result().flatMap(TaskResult::text)).contains("said");
        assertThat(shown.result().flatMap(TaskResult::structuredOutput)).isEmpty();
        assertThat(shown.spec().metadata()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b", "\ud83d", "x\udc00\ud83d", "\ud83d\ud83d\ude00\ude00", "\ufffe\uffff"})
    void whatever_was_said_is_kept_and_reads_back_as_text(String said) {
        Task task = claimed("hello");
        TaskResult result = aResult(said);
        Outcome outcome = new Outcome.Failed(Reason.API_ERROR, said, new Ending.Exited(1));

        assertThat(store.finish(task.lease(), new Finish(outcome, Optional.of(result), Progress.NONE)))
                .isTrue();

        assertThat(found(task.id()).result()).contains(result);
        assertThat(found(task.id()).outcome()).contains(outcome);
        assertThat(result.text().orElseThrow()).hasSameSizeAs(said).doesNotContain("\0");
    }

    @Test
    void half_a_character_that_an_earlier_version_stored_is_replaced() {
        Task task = claimed("hello");
        store.finish(task.lease(), new Finish(DONE.outcome(), Optional.of(aResult("half")), Progress.NONE));
        sql("UPDATE task SET result = REPLACE(result, 'half', ?) WHERE id = ?", "\\ud83d", task.id());

        assertThat(found(task.id()).result()).hasValueSatisfying(result -> {
            assertThat(result.text()).contains("\ufffd");
            assertThat(result.structuredOutput()).contains("{\"a\":\"\ufffd\"}");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"worker = ''", "cost_micros = -1, reported_micros = -1", "input_tokens = -1", "peak_memory = -1"
            })
    void of_a_ledger_with_an_impossible_row_the_others_are_shown(String change) {
        Task first = claimed("hello");
        store.giveBack(first.lease());
        Task second = claimOne(ME);
        sql(
                "UPDATE attempt SET ended_at = CURRENT_TIMESTAMP, end_kind = 'lost', " + change
                        + " WHERE task = ? AND epoch = ?",
                first.id(),
                first.epoch());

        assertThat(tasks.attempts(first.id())).extracting(Attempt::lease).contains(second.lease());
        assertThat(store.spentBefore(second).micros()).isNotNegative();
    }

    private static TaskResult aResult(String said) {
        return new TaskResult(
                Optional.of(said),
                Optional.of(said.repeat(1000)),
                1,
                BigDecimal.ZERO,
                Usage.NONE,
                "[\"" + said + "\"]",
                Optional.of("{\"a\":\"" + said + "\"}"));
    }

    private List<TaskId> listed() {
        return tasks.list(ALL, Set.of()).tasks().stream()
                .map(listed -> listed.task().id())
                .toList();
    }
}
