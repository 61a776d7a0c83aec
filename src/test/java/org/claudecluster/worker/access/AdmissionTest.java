package org.claudecluster.worker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of requests without a key (docs/access.md), line by line. */
class AdmissionTest {

    private static final AllowedHosts HOSTS = new AllowedHosts(List.of("worker.example"));
    private static final String PATH = "/run";

    @Test
    void in_mode_key_it_is_not_judged_here() {
        assertThat(refused(AccessMode.KEY, head("evil.example", "cross-site", null)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:3001",
                "a.localhost",
                "127.0.0.1",
                "[::1]:1",
                "10.0.0.7",
                "worker.example"
            })
    void locally_it_passes_under_a_name_of_ours(String host) {
        assertThat(refused(AccessMode.LOCAL, head(host, null, null))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""})
    void locally_another_name_is_refused(String host) {
        assertThat(refused(AccessMode.LOCAL, head(host, null, null))).contains(Code.HOST_NOT_ALLOWED);
        assertThat(refused(AccessMode.NONE, head(host, null, null))).isEmpty();
    }

    @Test
    void locally_a_request_without_a_host_is_refused() {
        Admission.Head head =
                new Admission.Head(PATH, Optional.empty(), Optional.empty(), Optional.empty(), false, false);

        assertThat(refused(AccessMode.LOCAL, head)).contains(Code.HOST_NOT_ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "same-origin, https://evil.example, true",
        "none, null, true",
        "NONE, , true",
        "cross-site, , false",
        "same-site, http://localhost, false",
        "'', , false",
        ", http://localhost, true",
        ", https://localhost, true",
        ", http://localhost:80, true",
        ", http://localhost:81, false",
        ", https://evil.example, false",
        ", null, false",
        ", '', false",
    })
    void what_a_page_of_another_origin_has_sent_is_refused(
            @Nullable String site, @Nullable String origin, boolean passes) {
        Admission.Head head = head("localhost", site, origin);

        assertThat(refused(AccessMode.LOCAL, head).isEmpty()).isEqualTo(passes);
        assertThat(refused(AccessMode.NONE, head)).isEqualTo(refused(AccessMode.LOCAL, head));
    }

    @ParameterizedTest
    @CsvSource({
        "/, true, true",
        "/q/swagger-ui, true, true",
        "/q/swagger-ui/, true, true",
        "/q/swagger-ui.., true, false",
        "/tasks, true, false",
        "/, false, false",
    })
    void a_link_may_lead_to_a_page(String path, boolean isNavigation, boolean passes) {
        Admission.Head head = new Admission.Head(
                path, Optional.of("localhost"), Optional.of("cross-site"), Optional.empty(), isNavigation, false);

        assertThat(refused(AccessMode.LOCAL, head).isEmpty()).isEqualTo(passes);
    }

    @ParameterizedTest
    @EnumSource(
            value = AccessMode.class,
            names = {"LOCAL", "NONE"})
    void what_a_proxy_has_passed_on_is_nobodys_only_locally(AccessMode mode) {
        Admission.Head head =
                new Admission.Head(PATH, Optional.of("localhost"), Optional.empty(), Optional.empty(), false, true);

        assertThat(refused(mode, head).equals(Optional.of(Code.BEHIND_A_PROXY))).isEqualTo(mode == AccessMode.LOCAL);
    }

    private static Admission.Head head(String host, @Nullable String site, @Nullable String origin) {
        return new Admission.Head(
                PATH, Optional.of(host), Optional.ofNullable(site), Optional.ofNullable(origin), false, false);
    }

    private static Optional<Code> refused(AccessMode mode, Admission.Head head) {
        return new Admission(mode, HOSTS).refusal(head).map(TaskProblem::code);
    }
}
