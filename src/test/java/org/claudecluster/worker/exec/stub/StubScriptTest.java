package org.claudecluster.worker.exec.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.claudecluster.worker.exec.stub.StubScript.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StubScriptTest {

    @Test
    void a_script_has_one_step_a_line() {
        assertThat(StubScript.of("#stub\nprint some  text\n\n  sleep 250\nbytes 1000\r\nprint\nexit 3\n"))
                .containsExactly(
                        new Step.Print("some  text"),
                        new Step.Sleep(Duration.ofMillis(250)),
                        new Step.Bytes(1000),
                        new Step.Print(""),
                        new Step.Exit(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jump 3", "sleep", "sleep soon", "sleep -1", "exit 1234567890", "bytes 1 2", "EXIT 1"})
    void what_is_no_step_is_printed_with_a_remark(String line) {
        assertThat(StubScript.of("#stub\n" + line)).containsExactly(new Step.Print("stub: not a step: " + line));
    }

    @Test
    void numbers_are_bounded() {
        assertThat(StubScript.of("#stub\nexit 256\nexit 300\nbytes 999999999"))
                .containsExactly(new Step.Exit(0), new Step.Exit(44), new Step.Bytes(512 * 1024 * 1024));
    }

    @Test
    void a_prompt_without_a_script_gets_two_seconds_of_life() {
        assertThat(StubScript.of("say hello\nmore"))
                .contains(new Step.Print("stub: prompt begins with \"say hello\""))
                .endsWith(new Step.Exit(0));
        assertThat(StubScript.of("say #stub")).doesNotContain(new Step.Print("say #stub"));
    }

    @Test
    void of_a_long_first_line_the_beginning_is_shown_in_whole_characters() {
        assertThat(StubScript.of("x".repeat(39) + "😀" + "y".repeat(50)))
                .contains(new Step.Print("stub: prompt begins with \"" + "x".repeat(39) + "😀…\""));
    }
}
