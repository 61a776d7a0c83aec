package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackgroundTasksTest {

    private static final String RESULT = "{\"type\":\"result\",\"subtype\":\"success\"}\n";

    private final BackgroundTasks tasks = new BackgroundTasks();

    @Test
    void a_task_is_at_work_from_its_start_to_its_notification() {
        tell(started("t1"));
        assertThat(tasks.anyOpen()).isTrue();
        tell(ended("t1", "completed"));
        assertThat(tasks.anyOpen()).isFalse();
        assertThat(tasks.cutOff()).isEmpty();
    }

    @Test
    void of_several_each_one_counts() {
        tell(started("t1") + started("t2") + RESULT + ended("t1", "completed"));
        assertThat(tasks.open()).containsExactly("t2");
        assertThat(tasks.cutOff()).containsExactly("t2");
    }

    @ParameterizedTest
    @CsvSource({"completed, false", "failed, false", "killed, false", "running, true", "paused, true", "pending, true"})
    void an_update_may_tell_of_the_end(String status, boolean open) {
        tell(started("t1") + update("t1", "\"status\":\"" + status + "\""));
        assertThat(tasks.anyOpen()).isEqualTo(open);
    }

    @Test
    void what_a_tool_call_waits_for_ends_with_the_turn() {
        tell(line("task_started", "\"task_id\":\"t1\",\"is_backgrounded\":false"));
        assertThat(tasks.anyOpen()).isFalse();
        tell(RESULT);
        assertThat(tasks.cutOff()).isEmpty();
    }

    @Test
    void what_is_sent_to_the_background_later_outlives_the_turn() {
        tell(line("task_started", "\"task_id\":\"t1\",\"is_backgrounded\":false"));
        tell(update("t1", "\"is_backgrounded\":true") + RESULT);
        assertThat(tasks.anyOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ambient", "skip_transcript"})
    void what_is_no_activity_is_not_waited_for(String flag) {
        tell(line("task_started", "\"task_id\":\"t1\",\"" + flag + "\":true"));
        assertThat(tasks.anyOpen()).isFalse();
    }

    @Test
    void the_list_of_all_replaces_what_was_known() {
        tell(started("t1")
                + line(
                        "background_tasks_changed",
                        "\"tasks\":[{\"task_id\":\"t2\"},{\"task_id\":\"t3\",\"ambient\":true}]"));
        assertThat(tasks.open()).containsExactly("t2");
        tell(line("background_tasks_changed", "\"tasks\":[]"));
        assertThat(tasks.anyOpen()).isFalse();
        tell(started("t4") + line("background_tasks_changed", "\"tasks\":7"));
        assertThat(tasks.open()).containsExactly("t4");
    }

    @Test
    void a_late_word_of_an_earlier_run_does_not_end_the_next() {
        tell(line("task_started", "\"task_id\":\"t1\",\"run_id\":\"b\""));
        tell(line("task_notification", "\"task_id\":\"t1\",\"run_id\":\"a\",\"status\":\"completed\""));
        assertThat(tasks.anyOpen()).isTrue();
        tell(line("task_notification", "\"task_id\":\"t1\",\"run_id\":\"b\",\"status\":\"completed\""));
        assertThat(tasks.anyOpen()).isFalse();
    }

    @Test
    void another_result_out_of_the_blue_means_that_one_has_ended_untold() {
        tell(started("t1") + RESULT);
        assertThat(tasks.cutOff()).containsExactly("t1");
        tell(RESULT);
        assertThat(tasks.cutOff()).isEmpty();
        assertThat(tasks.anyOpen()).as("as far as is known").isTrue();
    }

    @Test
    void another_result_because_of_one_does_not_speak_for_the_others() {
        tell(started("t1") + started("t2") + RESULT + ended("t1", "completed") + RESULT);
        assertThat(tasks.cutOff()).containsExactly("t2");
    }

    @ParameterizedTest
    @CsvSource({"stopped, t1", "killed, t1", "failed,", "completed,"})
    void what_is_stopped_behind_the_last_result_was_cut_off(String status, String cutOff) {
        tell(started("t1") + RESULT + ended("t1", status));
        assertThat(tasks.cutOff()).isEqualTo(cutOff == null ? List.of() : List.of(cutOff));
        tell(RESULT);
        assertThat(tasks.cutOff()).as("the agent has heard of it").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"system\",\"subtype\":\"task_started\"}",
                "{\"type\":\"system\",\"subtype\":\"task_updated\",\"patch\":3}",
                "{\"type\":\"system\",\"subtype\":\"task_notification\",\"task_id\":{}}",
                "{\"type\":\"task_started\",\"task_id\":\"t1\"}",
                "{\"type\":\"system\",\"subtype\":\"background_tasks_changed\",\"tasks\":[1,null,{}]}"
            })
    void what_has_another_shape_is_no_task(String json) {
        tell(json + "\n");
        assertThat(tasks.anyOpen()).isFalse();
    }

    private void tell(String printed) {
        Recordings.events(printed).forEach(tasks::after);
    }

    private static String started(String id) {
        return line("task_started", "\"task_id\":\"" + id + "\"");
    }

    private static String ended(String id, String status) {
        return line("task_notification", "\"task_id\":\"" + id + "\",\"status\":\"" + status + "\"");
    }

    private static String update(String id, String patch) {
        return line("task_updated", "\"task_id\":\"" + id + "\",\"patch\":{" + patch + "}");
    }

    private static String line(String subtype, String fields) {
        return "{\"type\":\"system\",\"subtype\":\"" + subtype + "\"," + fields + "}\n";
    }
}
