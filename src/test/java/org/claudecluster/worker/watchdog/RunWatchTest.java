package org.claudecluster.worker.watchdog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.claudecluster.worker.claude.AgentStream;
import org.claudecluster.worker.outcome.StopCause;
import org.claudecluster.worker.outcome.StopSignal;
import org.claudecluster.worker.process.TreeUsage;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.Footprint;
import org.junit.jupiter.api.Test;

/** When a run has to end; the clock is turned by hand. */
class RunWatchTest {

    private static final long MIB = 1024 * 1024;
    private static final WatchSettings LIMITS = new WatchSettings(
            Duration.ofSeconds(60),
            Duration.ofMinutes(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            1000 * MIB,
            20,
            500 * MIB,
            true);
    private static final WatchSettings OFF =
            new WatchSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0, 0, false);

    private final AtomicLong now =
            new AtomicLong(Long.MAX_VALUE - Duration.ofMinutes(5).toNanos());
    private final RunActivity signs = new RunActivity(now::get);
    private final AgentStream agent = new AgentStream(signs::event);
    private boolean pastCap;
    private boolean refused;
    private Duration cpu = Duration.ZERO;
    private final RunWatch watch = watch(LIMITS);

    private RunWatch watch(WatchSettings limits) {
        return new RunWatch(
                new RunWatch.Subject(
                        TaskId.create(Instant.EPOCH), signs, new StopSignal(), List.of(), () -> pastCap, () -> refused),
                limits);
    }

    @Test
    void a_program_that_prints_nothing_was_never_started() {
        assertThat(after(Duration.ofSeconds(60))).isEmpty();
        assertThat(after(Duration.ofMillis(1))).contains(StopCause.NEVER_STARTED);
    }

    @Test
    void cpu_time_does_not_make_up_for_a_first_byte() {
        burn(Duration.ofSeconds(60));
        assertThat(after(Duration.ofSeconds(61))).contains(StopCause.NEVER_STARTED);
    }

    @Test
    void who_is_silent_and_idle_for_too_long_is_ended() {
        prints("hello");
        assertThat(after(Duration.ofMinutes(10))).isEmpty();
        assertThat(after(Duration.ofMillis(1))).contains(StopCause.NO_OUTPUT);
    }

    @Test
    void a_byte_starts_the_silence_anew() {
        prints("hello");
        assertThat(after(Duration.ofMinutes(9))).isEmpty();
        prints(".");
        assertThat(after(Duration.ofMinutes(9))).isEmpty();
        assertThat(after(Duration.ofMinutes(2))).contains(StopCause.NO_OUTPUT);
    }

    @Test
    void a_tree_that_computes_is_alive() {
        prints("hello");
        assertThat(after(Duration.ofMinutes(9))).isEmpty();
        burn(Duration.ofSeconds(31));
        assertThat(after(Duration.ofMinutes(9))).isEmpty();
        assertThat(after(Duration.ofMinutes(2))).isEmpty();
        assertThat(after(Duration.ofMinutes(9))).contains(StopCause.NO_OUTPUT);
    }

    @Test
    void what_an_idle_program_takes_anyway_is_no_life() {
        prints("hello");
        burn(Duration.ofSeconds(6));
        assertThat(after(Duration.ofMinutes(10).plusMillis(1))).contains(StopCause.NO_OUTPUT);
    }

    @Test
    void a_tool_at_work_is_life_until_its_result() {
        event("{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\"}]}}");
        assertThat(after(Duration.ofMinutes(30))).isEmpty();
        event("{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\"}]}}");
        assertThat(after(Duration.ofMinutes(11))).contains(StopCause.NO_OUTPUT);
    }

    @Test
    void who_lingers_after_the_result_is_ended() {
        event("{\"type\":\"result\",\"subtype\":\"success\"}");
        assertThat(after(Duration.ofSeconds(10))).isEmpty();
        assertThat(after(Duration.ofMillis(1))).contains(StopCause.LINGERING);
    }

    @Test
    void another_turn_after_a_result_is_no_lingering() {
        event("{\"type\":\"result\",\"subtype\":\"success\"}");
        event("{\"type\":\"system\",\"subtype\":\"init\"}");
        assertThat(after(Duration.ofMinutes(1))).isEmpty();
    }

    @Test
    void a_notice_after_the_result_begins_nothing() {
        event("{\"type\":\"result\",\"subtype\":\"success\"}");
        event("{\"type\":\"system\",\"subtype\":\"status\"}");
        assertThat(after(Duration.ofSeconds(11))).contains(StopCause.LINGERING);
    }

    @Test
    void work_in_the_background_is_waited_for_however_long_it_takes() {
        event("{\"type\":\"system\",\"subtype\":\"task_started\",\"task_id\":\"t1\"}");
        event("{\"type\":\"result\",\"subtype\":\"success\"}");
        assertThat(after(Duration.ofMinutes(30))).isEmpty();
    }

    @Test
    void who_lingers_after_its_work_in_the_background_is_ended() {
        event("{\"type\":\"system\",\"subtype\":\"task_started\",\"task_id\":\"t1\"}");
        event("{\"type\":\"result\",\"subtype\":\"success\"}");
        assertThat(after(Duration.ofMinutes(30))).isEmpty();
        event("{\"type\":\"system\",\"subtype\":\"task_notification\",\"task_id\":\"t1\",\"status\":\"completed\"}");
        assertThat(after(Duration.ofSeconds(10))).isEmpty();
        assertThat(after(Duration.ofMillis(1))).contains(StopCause.LINGERING);
    }

    @Test
    void work_in_the_background_before_the_result_is_no_sign_that_the_agent_lives() {
        event("{\"type\":\"system\",\"subtype\":\"task_started\",\"task_id\":\"t1\"}");
        assertThat(after(Duration.ofMinutes(11))).contains(StopCause.NO_OUTPUT);
    }

    @Test
    void what_a_subagent_says_begins_no_turn() {
        event("{\"type\":\"result\",\"subtype\":\"success\"}");
        event("{\"type\":\"assistant\",\"parent_tool_use_id\":\"t1\",\"message\":{\"content\":[]}}");
        assertThat(after(Duration.ofSeconds(11))).contains(StopCause.LINGERING);
    }

    @Test
    void a_dialog_that_waits_for_keys_is_ended() {
        prints("\u001b[?20");
        prints("04hDo you trust this directory?");
        assertThat(after(Duration.ofSeconds(5))).isEmpty();
        assertThat(after(Duration.ofMillis(1))).contains(StopCause.PROMPT);
    }

    @Test
    void who_goes_on_to_work_waits_for_nobody() {
        prints("\u001b[?2004h");
        event("{\"type\":\"system\",\"subtype\":\"init\"}");
        assertThat(after(Duration.ofMinutes(1))).isEmpty();
    }

    @Test
    void too_much_memory_ends_a_run() {
        prints("hello");
        assertThat(using(1000 * MIB, 1)).isEmpty();
        assertThat(using(1001 * MIB, 1)).contains(StopCause.OUT_OF_MEMORY);
    }

    @Test
    void too_many_processes_end_a_run() {
        prints("hello");
        assertThat(using(1, 20)).isEmpty();
        assertThat(using(1, 21)).contains(StopCause.TOO_MANY_PROCESSES);
    }

    @Test
    void too_much_on_disk_ends_a_run() {
        prints("hello");
        watch.holds(500 * MIB);
        assertThat(after(Duration.ZERO)).isEmpty();
        watch.holds(501 * MIB);
        assertThat(after(Duration.ZERO)).contains(StopCause.DISK_LIMIT);
    }

    @Test
    void more_output_than_is_kept_ends_a_run_where_that_is_wished() {
        prints("hello");
        pastCap = true;
        assertThat(after(Duration.ZERO)).contains(StopCause.OUTPUT_LIMIT);
        assertThat(watch(OFF).look(now.get(), TreeUsage.NONE)).isEmpty();
    }

    @Test
    void a_credential_that_is_refused_for_good_ends_a_run() {
        prints("hello");
        refused = true;
        assertThat(after(Duration.ZERO)).contains(StopCause.AUTH_REFUSED);
    }

    @Test
    void what_is_switched_off_ends_nothing() {
        prints("\u001b[?2004h");
        watch.holds(Long.MAX_VALUE);
        now.addAndGet(Duration.ofDays(1).toNanos());
        TreeUsage all = new TreeUsage(Long.MAX_VALUE, Duration.ZERO, Integer.MAX_VALUE);
        assertThat(watch(OFF).look(now.get(), all)).isEmpty();
    }

    @Test
    void the_footprint_keeps_the_peaks() {
        using(700 * MIB, 3);
        burn(Duration.ofSeconds(2));
        using(100 * MIB, 7);
        assertThat(watch.footprint()).isEqualTo(new Footprint(700 * MIB, Duration.ofSeconds(2), 7));
    }

    private void prints(String text) {
        signs.printed(text.getBytes(StandardCharsets.UTF_8));
    }

    private void event(String json) {
        byte[] line = (json + "\r\n").getBytes(StandardCharsets.UTF_8);
        signs.printed(line);
        agent.accept(ByteBuffer.wrap(line));
    }

    private void burn(Duration more) {
        cpu = cpu.plus(more);
    }

    private Optional<StopCause> after(Duration pause) {
        now.addAndGet(pause.toNanos());
        return using(1, 1);
    }

    private Optional<StopCause> using(long bytes, int processes) {
        return watch.look(now.get(), new TreeUsage(bytes, cpu, processes)).map(RunWatch.Alarm::cause);
    }
}
