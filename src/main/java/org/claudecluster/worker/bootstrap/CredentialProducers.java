package org.claudecluster.worker.bootstrap;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.claudecluster.worker.config.AuthConfig;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.config.TaskVariables;
import org.claudecluster.worker.credential.CredentialSettings;
import org.claudecluster.worker.credential.CredentialWatch;
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.credential.SharedPause;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.PtyExecutor;
import org.claudecluster.worker.observe.AuthMeters;
import org.claudecluster.worker.store.JdbcTaskStore;

/** Puts together what tasks authenticate with. */
@ApplicationScoped
class CredentialProducers {

    @Produces
    @Singleton
    Credentials credentials(AuthConfig auth, StorageConfig storage, TaskVariables variables, InstantSource clock) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(variables.values());
        Path state = WorkerPaths.cliState(storage);
        return new Credentials(
                new CredentialSettings(
                        auth.file(),
                        environment,
                        state.resolve("claude"),
                        state.resolve("oauth"),
                        WorkerPaths.workspaces(storage),
                        auth.retry()),
                clock);
    }

    @Produces
    @Singleton
    CredentialWatch watch(
            Credentials credentials,
            PtyExecutor pty,
            ExecutorStrategy strategy,
            JdbcTaskStore store,
            AuthConfig auth,
            AuthMeters meters) {
        return new CredentialWatch(
                credentials,
                pty.credentialTrial(),
                strategy,
                new SharedPause(credentials, store),
                auth.verify(),
                meters::update);
    }
}
