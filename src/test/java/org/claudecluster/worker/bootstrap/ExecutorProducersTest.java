package org.claudecluster.worker.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.claudecluster.worker.exec.ExecutorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutorProducersTest {

    private static final List<String> NAMES = List.of("auto", "pty", "stub");

    @Test
    void the_name_of_an_executor_that_is_there_is_taken() {
        assertThat(ExecutorProducers.requested("pty", NAMES)).isEqualTo(ExecutorType.PTY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker", "a CLI", ""})
    void another_is_refused_with_the_list(String name) {
        assertThatThrownBy(() -> ExecutorProducers.requested(name, NAMES))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("worker.executor.type=" + name + " is not allowed: one of auto, pty, stub");
    }
}
