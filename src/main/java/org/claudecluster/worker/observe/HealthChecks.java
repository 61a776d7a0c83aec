package org.claudecluster.worker.observe;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.exec.AuthState;
import org.claudecluster.worker.exec.AuthStatus;
import org.claudecluster.worker.exec.Credentials;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.lifecycle.QueueGauge;
import org.claudecluster.worker.task.StoreUnavailable;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskStore;
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
            AuthStatus auth = credentials.status();
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
        private static boolean isWithout(ExecutorStrategy.Choice choice, AuthStatus auth) {
            return choice.active().type() == ExecutorType.PTY && auth.state() == AuthState.MISSING;
        }
    }

    @Readiness
    @ApplicationScoped
    static class Store implements HealthCheck {

        /** Asked for, so that the store has to answer; counting what waits would cost more the more waits. */
        private static final TaskId NOBODYS = new TaskId(new UUID(0, 0));

        private final TaskStore store;
        private final QueueGauge queue;

        Store(TaskStore store, QueueGauge queue) {
            this.store = store;
            this.queue = queue;
        }

        @Override
        public HealthCheckResponse call() {
            try {
                Optional<Task> _ = store.find(NOBODYS);
                return HealthCheckResponse.named("store")
                        .up()
                        .withData("pending", queue.depth().pending())
                        .build();
            } catch (StoreUnavailable _) {
                return HealthCheckResponse.named("store")
                        .down()
                        .withData("reason", "the store does not answer")
                        .build();
            }
        }
    }
}
