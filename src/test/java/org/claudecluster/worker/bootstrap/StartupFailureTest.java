package org.claudecluster.worker.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.QuarkusBindException;
import io.smallrye.config.ConfigValidationException;
import java.io.IOException;
import java.net.BindException;
import org.junit.jupiter.api.Test;

class StartupFailureTest {

    @Test
    void every_wrong_setting_is_a_line_and_the_exit_code_is_2() {
        Throwable failure = new RuntimeException(new ConfigValidationException(new ConfigValidationException.Problem[] {
            new ConfigValidationException.Problem("SRCFG00050: worker.slot.max in X does not map to any root"),
            new ConfigValidationException.Problem("worker.queue.capacity must be greater than or equal to 1")
        }));
        assertThat(StartupFailure.lines(failure))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("worker.slot.max is an unknown setting"),
                        line -> assertThat(line)
                                .startsWith("worker.queue.capacity=")
                                .endsWith("is not allowed: a whole number from 1 up (default 100000)"));
        assertThat(StartupFailure.exitCode(failure)).isEqualTo(2);
    }

    @Test
    void a_value_that_may_be_a_secret_is_not_shown_nor_are_the_words_of_others_that_may_hold_it() {
        Throwable failure = new ConfigValidationException(new ConfigValidationException.Problem[] {
            new ConfigValidationException.Problem("SRCFG00039: The config property worker.storage.password with the"
                    + " config value \"sesame\" threw an Exception whilst being converted"),
            new ConfigValidationException.Problem("SRCFG00039: The config property quarkus.datasource.shared.password"
                    + " with the config value \"sesame\" threw an Exception whilst being converted"),
            new ConfigValidationException.Problem("SRCFG00029: Expected an integer value, got \"sesame\"")
        });
        assertThat(StartupFailure.lines(failure))
                .containsExactly(
                        "worker.storage.password is not allowed: a text",
                        "wrong setting: quarkus.datasource.shared.password",
                        "wrong setting: of which the name is not known");
        assertThat(StartupFailure.lines(
                        new IllegalStateException("no way to jdbc:postgresql://u:sesame@db/w?password=sesame")))
                .singleElement()
                .asString()
                .doesNotContain("sesame");
    }

    @Test
    void a_port_in_use_says_what_to_do() {
        assertThat(StartupFailure.lines(
                        new RuntimeException(new QuarkusBindException("127.0.0.1", 3001, new BindException()))))
                .singleElement()
                .asString()
                .contains("set PORT or HOST");
        assertThat(StartupFailure.lines(new IllegalStateException(new BindException("Address in use"))))
                .singleElement()
                .asString()
                .contains("the port is in use");
        assertThat(StartupFailure.exitCode(new BindException())).isEqualTo(1);
    }

    @Test
    void anything_else_is_told_by_the_first_line_of_its_root() {
        Throwable failure = new RuntimeException("outer", new IOException("disk is gone\nand more"));
        assertThat(StartupFailure.lines(failure)).containsExactly("did not start: IOException: disk is gone");
        assertThat(StartupFailure.lines(new IllegalStateException()))
                .singleElement()
                .asString()
                .startsWith("did not start: IllegalStateException");
        assertThat(StartupFailure.exitCode(failure)).isEqualTo(1);
    }

    @Test
    void a_failure_that_is_its_own_cause_ends_as_well() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);
        assertThat(StartupFailure.lines(first)).containsExactly("did not start: Exception: second");
    }
}
