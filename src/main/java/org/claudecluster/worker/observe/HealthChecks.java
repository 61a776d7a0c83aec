package org.claudecluster.worker.observe;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.claudecluster.worker.credential.CredentialState;
import org.claudecluster.worker.credential.CredentialStatus;
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.lifecycle.QueueGauge;
import org.claudecluster.worker.lifecycle.StoreReadiness;
import org.claudecluster.worker.task.Worker;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The probes. Ready means that this worker can take and keep a task; nothing in liveness depends on anything outside
 * the process, since a restart would not mend it.
 */
final class HealthChecks {

    private HealthChecks() {}

    @Liveness
    @ApplicationScoped
    static class Alive implements HealthCheck {
        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.up("worker");
        }
    }

    @Startup
    @ApplicationScoped
    static class Started implements HealthCheck {

        private final Worker worker;

        Started(Worker worker) {
            this.worker = worker;
        }

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named("worker")
                    .up()
                    .withData("startedAt", worker.startedAt().toString())
                    .build();
        }
    }

    @Readiness
    @ApplicationScoped
    static class Executor implements HealthCheck {

        private final ExecutorStrategy strategy;
        private final Worker worker;
        private final Credentials credentials;

        Executor(ExecutorStrategy strategy, Worker worker, Credentials credentials) {
            this.strategy = strategy;
            this.worker = worker;
            this.credentials = credentials;
        }

        @Override
        public HealthCheckResponse call() {
            ExecutorStrategy.Choice choice = strategy.choice();
            var response = HealthCheckResponse.named("executor")
                    .withData("executorType", choice.active().type().wire())
                    .withData("requestedExecutorType", choice.requested().wire())
                    .withData("draining", worker.draining());
            choice.cliVersion().ifPresent(version -> response.withData("claudeCliVersion", version));
            choice.whyNoPty().ifPresent(why -> response.withData("reason", why));
            CredentialStatus auth = credentials.status();
            response.withData("auth", auth.state().wire())
                    .withData("authSource", auth.source().wire());
            auth.expiresAt().ifPresent(end -> response.withData("authExpiresAt", end.toString()));
            auth.reason().ifPresent(why -> response.withData("authReason", why));
            return response.status(!worker.draining() && choice.canRun() && !isWithout(choice, auth))
                    .build();
        }

        /**
         * One that was refused is no reason: it may be the same for all replicas, and without any of them nobody could
         * submit a task, nor see why tasks wait.
         */
        private static boolean isWithout(ExecutorStrategy.Choice choice, CredentialStatus auth) {
            return !choice.active().type().isSimulated() && auth.state() == CredentialState.MISSING;
        }
    }

    @Readiness
    @ApplicationScoped
    static class Store implements HealthCheck {

        private final StoreReadiness readiness;
        private final QueueGauge queue;

        Store(StoreReadiness readiness, QueueGauge queue) {
            this.readiness = readiness;
            this.queue = queue;
        }

        /** What is known already: a probe that waited for the store would be late when it matters. */
        @Override
        public HealthCheckResponse call() {
            var response = HealthCheckResponse.named("store")
                    .withData("pending", queue.depth().pending());
            Optional<String> whyNot = readiness.whyNot();
            whyNot.ifPresent(why -> response.withData("reason", why));
            return response.status(whyNot.isEmpty()).build();
        }
    }
}
