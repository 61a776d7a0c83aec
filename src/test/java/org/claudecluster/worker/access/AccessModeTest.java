package org.claudecluster.worker.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessModeTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1", "0:0:0:0:0:0:0:1"})
    void on_loopback_nobody_is_asked_while_nothing_is_configured(String host) {
        assertThat(AccessMode.automatic(host, false)).isEqualTo(AccessMode.LOCAL);
        assertThat(AccessMode.automatic(host, true)).isEqualTo(AccessMode.KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.7", "worker.example", "::2", "127.0.0.1.example", ""})
    void elsewhere_everybody_is(String host) {
        assertThat(AccessMode.automatic(host, false)).isEqualTo(AccessMode.KEY);
    }
}
