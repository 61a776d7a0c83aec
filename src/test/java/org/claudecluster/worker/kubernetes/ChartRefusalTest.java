package org.claudecluster.worker.kubernetes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.TemplateCommand;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that can't work are refused before anything is installed, and the message says what to change. */
class ChartRefusalTest {

    private static final String BUNDLED = "database.mode=bundled,database.bundled.password=x";
    private static final String EXTERNAL =
            "database.mode=external,database.external.jdbcUrl=jdbc:postgresql://db/c,database.external.existingSecret=s";

    @TempDir
    Path copy;

    static Stream<Arguments> refusedByTheSchema() {
        return Stream.of(
                refused("replicaCount=2", "/replicaCount", "more need database.mode external or bundled"),
                refused("autoscaling.enabled=true", "/autoscaling/enabled", "database.mode external or bundled"),
                refused("keda.enabled=true", "/keda/enabled", "database.mode external or bundled"),
                refused(
                        BUNDLED + ",autoscaling.enabled=true,keda.enabled=true",
                        "/keda/enabled",
                        "set autoscaling.enabled or keda.enabled to false"),
                refused("replicas=2", "additional properties 'replicas' not allowed"),
                refused("image.name=worker", "/image", "additional properties 'name' not allowed"),
                refused("image.digest=0123abcd", "/image/digest", "sha256:"),
                refused("worker.executor=claude", "/worker/executor", "'auto', 'pty', 'stub'"),
                refused("worker.slots=many", "/worker/slots", "want integer"),
                refused("worker.taskTimeoutMs=10", "/worker/taskTimeoutMs", "want 1,000"),
                refused("database.mode=mysql", "/database/mode", "'embedded', 'external', 'bundled'"),
                refused("database.external.jdbcUrl=mysql://db", "/database/external/jdbcUrl", "jdbc:postgresql:"),
                refused("service.port=0", "/service/port"),
                refused("persistence.size=big", "/persistence/size"),
                refused("access.mode=auto", "/access/mode", "'key', 'local', 'none'"),
                refused("claude.secretType=password", "/claude/secretType", "'file', 'apiKey', 'oauthToken'"),
                refused(
                        "metrics.serviceMonitor.enabled=true,metrics.podMonitor.enabled=true",
                        "enable serviceMonitor or podMonitor"));
    }

    static Stream<Arguments> refusedByTheTemplates() {
        return Stream.of(
                refused("replicaCount=2", "the embedded database is for one worker", "replicaCount to 1"),
                refused("keda.enabled=true", "the embedded database is for one worker", "database.mode to external"),
                refused(BUNDLED + ",autoscaling.enabled=true,keda.enabled=true", "set one of them to false"),
                refused("image.digest=0123abcd", "image.digest", "write sha256: and its 64 hexadecimal digits"),
                refused("image.tag=latest", "image.tag=latest", "name a version"),
                refused(
                        "database.mode=external,database.external.existingSecret=s",
                        "needs database.external.jdbcUrl",
                        "jdbc:postgresql://db.internal:5432/claudecluster"),
                refused(
                        "database.mode=external,database.external.jdbcUrl=jdbc:postgresql://db/c",
                        "needs database.external.existingSecret",
                        "username and password"),
                refused(
                        EXTERNAL.replace("//db/c", "//db/c?password=hunter2"),
                        "has a password in it",
                        "put it into database.external.existingSecret"),
                refused(EXTERNAL + ",database.external.urlKey=url", "leave one of them empty"),
                refused(EXTERNAL + ",database.external.password=x", "leave one of them empty"),
                refused("database.mode=bundled", "database.bundled.password or database.bundled.existingSecret"),
                refused(BUNDLED + ",keda.enabled=true,keda.minReplicas=20", "keda.minReplicas=20 is more than"),
                refused(
                        "database.mode=external,database.external.urlKey=url,database.external.existingSecret=s,keda.enabled=true",
                        "set keda.databaseHost and keda.databaseName"),
                refused("claude.apiKey=a,claude.existingSecret=b", "more than one credential is given", "choose one"),
                refused("claude.identityFederation.enabled=true", "needs ruleId and organizationId"),
                refused(BUNDLED + ",replicaCount=2,workspace.type=pvc", "workspace.accessModes=[ReadWriteMany]"),
                refused(
                        "image.tag=1",
                        "nothing says who may ask",
                        "KEY=ccw_$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n'); HASH=$(printf %s \"$KEY\" | sha256sum | cut -c1-64)\n",
                        "kubectl --namespace agents create secret generic worker-claudecluster-worker-access --from-literal=keys.json=",
                        "set access.existingSecret=worker-claudecluster-worker-access",
                        "access.mode to local"),
                refused("access.mode=key", "lets nobody in", "set access.existingSecret", "worker.access.oidc.*"),
                refused("access.mode=auto", "access.mode=auto is none of key, local and none"),
                refused("worker.settings.worker\\.access\\.mode=none", "use access.mode"),
                refused("worker.settings.worker\\.access\\.keys-file=/k", "use access.existingSecret"),
                refused("worker.settings.worker\\.drain\\.timeout=1s", "use drain.timeoutSeconds"),
                refused("commonLabels.app\\.kubernetes\\.io/name=x", "choose another name"),
                refused("ingress.enabled=true", "needs ingress.hosts"));
    }

    @ParameterizedTest
    @MethodSource("refusedByTheSchema")
    void the_schema_refuses(String values, String[] words) {
        TemplateCommand template = Chart.set(Chart.ours().template(), values.split(",", -1));

        assertThatThrownBy(template::call).hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @MethodSource("refusedByTheTemplates")
    void the_templates_refuse_also_without_the_schema(String values, String[] words) {
        TemplateCommand template =
                Chart.set(Chart.ours().withoutSchema(copy.resolve("chart")).template(), values.split(",", -1));

        assertThatThrownBy(template::call).hasMessageContainingAll(words).hasMessageNotContaining("hunter2");
    }

    private static Arguments refused(String values, String... words) {
        return Arguments.of(values, words);
    }
}
