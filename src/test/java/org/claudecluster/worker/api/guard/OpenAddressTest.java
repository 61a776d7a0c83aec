package org.claudecluster.worker.api.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAddressTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1", "0:0:0:0:0:0:0:1"})
    void loopback_is_this_machines(String host) {
        assertThat(OpenAddress.isOpen(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.7", "worker.example", "::2", "127.0.0.1.example", ""})
    void all_else_is_open(String host) {
        assertThat(OpenAddress.isOpen(host)).isTrue();
    }
}
