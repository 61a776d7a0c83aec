package org.claudecluster.worker.bootstrap;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.claudecluster.worker.config.AuthConfig;
import org.claudecluster.worker.credential.CredentialWatch;
import org.claudecluster.worker.lifecycle.Lifecycle;
import org.claudecluster.worker.observe.FlatJson;
import org.claudecluster.worker.observe.Gauges;
import org.claudecluster.worker.service.Streaming;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.store.database.Database;
import org.jboss.logging.Logger;

/** Begins, in one order, all that has an effect beyond this process's memory, and ends it; producers only make things. */
@ApplicationScoped
class StartupSequence {

    private static final Logger LOG = Logger.getLogger(StartupSequence.class);

    /**
     * INVARIANT: the store is the first parameter, since they are made in this order: the embedded one locks the data
     * directory, and nothing there may be touched before it is known to be ours.
     */
    void start(
            @Observes StartupEvent event,
            Database opened,
            AccessStart access,
            ExecutionStart execution,
            CredentialWatch credentials,
            AuthConfig auth,
            Lifecycle lifecycle,
            Gauges gauges,
            Streaming streaming) {
        FlatJson.install();
        LogFile.asked(System.getenv())
                .filter(file -> !file.isWritable())
                .ifPresent(file -> LOG.infof("no log file, since %s is not ours to write", file.path()));
        access.begin();
        execution.begin();
        credentials.start(auth.poll());
        gauges.register(streaming::open);
        lifecycle.start();
    }

    void stop(
            @Observes ShutdownEvent event,
            AccessStart access,
            CredentialWatch credentials,
            Lifecycle lifecycle,
            JdbcTaskStore store) {
        access.stop();
        credentials.stop();
        lifecycle.stop();
        store.close();
    }
}
