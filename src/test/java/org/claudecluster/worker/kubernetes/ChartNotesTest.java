package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Helm prints after the install. */
class ChartNotesTest {

    @Test
    void the_next_three_commands_are_there() {
        assertThat(notes())
                .contains(
                        "kubectl --namespace agents port-forward service/worker-claudecluster-worker 3001:3001",
                        "-X POST http://localhost:3001/run",
                        "-N http://localhost:3001/stream/");
    }

    @Test
    void without_a_credential_they_say_what_happens_and_how_to_add_one() {
        assertThat(notes())
                .contains("NO CREDENTIAL", "stay unready", "create secret generic worker-claudecluster-worker-auth");
        assertThat(notes("worker.executor=auto")).contains("NO CREDENTIAL", "by the stub", "simulated");
        assertThat(notes("worker.executor=auto", "database.mode=bundled", "database.bundled.password=x"))
                .contains("NO CREDENTIAL", "stay unready");
    }

    @Test
    void with_a_credential_they_say_nothing_of_it() {
        assertThat(notes("claude.existingSecret=mine")).doesNotContain("NO CREDENTIAL");
    }

    @Test
    void an_inline_credential_is_not_repeated() {
        assertThat(notes("claude.apiKey=an-api-key")).doesNotContain("NO CREDENTIAL");
    }

    @Test
    void they_warn_of_what_is_lost_with_a_pod() {
        assertThat(notes("persistence.enabled=false")).contains("WARNING", "emptyDir");
        assertThat(notes("database.mode=bundled", "database.bundled.password=x"))
                .contains("WARNING", "without backups");
    }

    @Test
    void they_warn_of_a_monitor_that_the_cluster_does_not_know() {
        assertThat(notes("metrics.podMonitor.enabled=true")).contains("metrics.podMonitor is left out");
    }

    @Test
    void where_keys_are_needed_the_commands_send_one_and_it_says_where_its_hash_is() {
        assertThat(notes())
                .contains("curl -H \"Authorization: Bearer $KEY\" -N", "in Secret worker-keys (keys.json)")
                .doesNotContain("access.mode=");
        assertThat(notesOf("access.mode=key", "worker.settings.worker\\.access\\.oidc\\.corp\\.tenant=a"))
                .contains("Bearer $KEY", "a token of an issuer");
    }

    @Test
    void where_none_is_needed_they_warn_of_who_may_ask() {
        assertThat(notesOf("access.mode=local"))
                .contains("curl -N", "WARNING: access.mode=local", "from within the cluster")
                .doesNotContain("$KEY");
        assertThat(notesOf("access.mode=none")).contains("WARNING: access.mode=none", "reaches the Service");
        assertThat(notesOf("access.mode=none", "ingress.enabled=true", "ingress.hosts[0].host=a.example"))
                .contains("reaches the ingress");
        assertThat(notesOf("access.mode=local", "ingress.enabled=true", "ingress.hosts[0].host=a.example"))
                .contains("that comes through the ingress is refused", "behind-a-proxy");
        assertThat(notes("ingress.enabled=true", "ingress.hosts[0].host=a.example"))
                .doesNotContain("WARNING");
    }

    /** With keys. */
    private static String notes(String... values) {
        return notesOf(Stream.concat(Stream.of("access.existingSecret=worker-keys"), Stream.of(values))
                .toArray(String[]::new));
    }

    private static String notesOf(String... values) {
        InstallCommand install = new Helm(Chart.DIRECTORY)
                .install()
                .withName(Chart.RELEASE)
                .withNamespace(Chart.NAMESPACE)
                .withKubeVersion(Chart.KUBERNETES)
                .clientOnly()
                .dryRun();
        for (String value : values) {
            int equals = value.indexOf('=');
            install.set(value.substring(0, equals), value.substring(equals + 1));
        }
        String output = install.call().getOutput();
        return output.substring(output.indexOf("ClaudeCluster Worker "));
    }
}
