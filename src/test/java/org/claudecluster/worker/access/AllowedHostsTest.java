package org.claudecluster.worker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {

    private final AllowedHosts hosts = new AllowedHosts(List.of("Worker", "*.svc", "proxy.example."));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "worker",
                "WORKER:3001",
                "worker.",
                "worker.:3001",
                "a.b.svc",
                "proxy.example:443",
                "localhost",
                "x.localhost:1",
                "10.0.0.7:3001",
                "[fe80::1]",
                "[::ffff:10.0.0.7]:3001"
            })
    void addresses_localhost_and_what_was_named_are_its_own(String host) {
        assertThat(hosts.has(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":3001",
                "svc",
                "worker.evil.example",
                "evil.example/worker",
                "worker:3001:evil.example",
                "xproxy.example",
                "10.0.0.7.evil.example",
                "1.2.3",
                "[evil.example]",
                "[::1].evil.example",
                "worker, evil.example",
                "mylocalhost"
            })
    void all_else_is_not(String host) {
        assertThat(hosts.has(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "*"})
    void without_names_it_has_no_others(String host) {
        assertThat(new AllowedHosts(List.of()).has(host)).isFalse();
    }
}
