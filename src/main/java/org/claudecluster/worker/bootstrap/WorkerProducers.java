package org.claudecluster.worker.bootstrap;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.claudecluster.worker.api.ApiSettings;
import org.claudecluster.worker.api.guard.AnswerLimits;
import org.claudecluster.worker.api.guard.ConnectionRules;
import org.claudecluster.worker.config.ExecutorConfig;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.config.StreamConfig;
import org.claudecluster.worker.config.TranscriptConfig;
import org.claudecluster.worker.config.WorkerConfig;
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.OrphanCleaner;
import org.claudecluster.worker.exec.PtyExecutor;
import org.claudecluster.worker.lifecycle.ClaimGate;
import org.claudecluster.worker.lifecycle.LeaseTimes;
import org.claudecluster.worker.lifecycle.Lifecycle;
import org.claudecluster.worker.lifecycle.LifecycleSettings;
import org.claudecluster.worker.lifecycle.LifecycleTimes;
import org.claudecluster.worker.lifecycle.ParkRules;
import org.claudecluster.worker.lifecycle.QueueGauge;
import org.claudecluster.worker.lifecycle.QueueSettings;
import org.claudecluster.worker.lifecycle.StopTimes;
import org.claudecluster.worker.lifecycle.StoreReadiness;
import org.claudecluster.worker.lifecycle.Ticker;
import org.claudecluster.worker.lifecycle.WorkerIdentity;
import org.claudecluster.worker.lifecycle.retention.RetentionTimes;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.service.ServiceSettings;
import org.claudecluster.worker.service.StreamingType;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.transcript.RemoteTranscripts;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.Transcripts;
import org.claudecluster.worker.watchdog.Watchdog;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts together what is made of settings; everything else gets what it needs through its constructor. */
@ApplicationScoped
class WorkerProducers {

    /** Connections that stay free for requests when all streams are open. */
    private static final int BESIDE_STREAMS = 1_000;

    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    @Produces
    @Singleton
    Transcripts transcripts(TranscriptLog log, TranscriptConfig transcript, InstantSource clock) {
        return new Transcripts(
                log, clock, transcript.buffer().asLongValue(), transcript.cap().asLongValue());
    }

    @Produces
    @Singleton
    RemoteTranscripts watches(Transcripts transcripts, JdbcTaskStore store) {
        return new RemoteTranscripts(transcripts, store::findOfAnyTenant);
    }

    @Produces
    @Singleton
    LifecycleTimes times(WorkerConfig worker) {
        return new LifecycleTimes(leaseTimes(worker.lease()), parks(worker.limits()), retention(worker.retention()));
    }

    @Produces
    @Singleton
    Lifecycle lifecycle(
            WorkerConfig worker,
            LifecycleTimes times,
            StorageConfig storage,
            Database database,
            JdbcTaskStore store,
            Transcripts transcripts,
            ExecutorStrategy strategy,
            Sessions sessions,
            Credentials credentials,
            ClaimGate gate,
            Watchdog watchdog,
            TaskWorkspaces left,
            Containment containment,
            TaskObserver observer,
            InstantSource clock,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        String host = hostName();
        WorkerId id = new WorkerId(
                worker.id().orElse(host) + "-" + UUID.randomUUID().toString().substring(0, 8));
        LifecycleSettings settings = new LifecycleSettings(
                new WorkerIdentity(id, worker.name().or(worker::id).orElse(host), names(worker, host), version),
                new LifecycleSettings.Holdings(credentials::fingerprint, sessions, left.kept()),
                new QueueSettings(
                        worker.slots().max(),
                        worker.queue().capacity(),
                        worker.queue().poll(),
                        worker.affinity().patience(),
                        !database.isShared()),
                times.lease(),
                storage.flush(),
                new StopTimes(worker.drain().timeout(), worker.stop().patience()),
                times.park(),
                times.retention());
        OrphanCleaner leftovers = new OrphanCleaner(
                observer, containment.remains(), WorkerPaths.cliState(storage).resolve(PtyExecutor.TEMPORARIES));
        return new Lifecycle(
                settings,
                new Lifecycle.Stores(store, store, transcripts),
                new Lifecycle.Execution(strategy, gate, leftovers, watchdog),
                observer,
                clock,
                Ticker.SYSTEM);
    }

    private static RetentionTimes retention(WorkerConfig.Retention retention) {
        try {
            return new RetentionTimes(
                    retention.tasks(), retention.transcripts(), retention.workspaces(), retention.interval());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("worker.retention.*: " + e.getMessage());
        }
    }

    private static ParkRules parks(WorkerConfig.Limits limits) {
        return new ParkRules(limits.park(), limits.maxParks(), limits.maxWait());
    }

    private static LeaseTimes leaseTimes(WorkerConfig.Lease lease) {
        try {
            return new LeaseTimes(lease.duration(), lease.renew(), lease.margin());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    "worker.lease.renew=%s, worker.lease.duration=%s and worker.lease.margin=%s don't go together: renew must be shorter than duration without margin"
                            .formatted(lease.renew(), lease.duration(), lease.margin()));
        }
    }

    /** What a submit may name besides the process's own id. */
    private static Set<String> names(WorkerConfig worker, String host) {
        Set<String> names = new HashSet<>(worker.labels().orElse(List.of()));
        worker.id().ifPresent(names::add);
        names.add(worker.name().or(worker::id).orElse(host));
        return names;
    }

    @Produces
    @Singleton
    QueueGauge queue(Lifecycle lifecycle) {
        return lifecycle.queue();
    }

    @Produces
    @Singleton
    StoreReadiness storeReadiness(Lifecycle lifecycle) {
        return lifecycle.storeReadiness();
    }

    @Produces
    @Singleton
    ServiceSettings serviceSettings(WorkerConfig worker, StreamConfig stream) {
        return new ServiceSettings(
                worker.lease().duration(),
                stream.maxConnections(),
                StreamingType.valueOf(stream.type().name()));
    }

    @Produces
    @Singleton
    ApiSettings apiSettings(
            WorkerConfig worker,
            ExecutorConfig executor,
            StorageConfig storage,
            StreamConfig stream,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        return new ApiSettings(
                version,
                worker.environment(),
                Duration.ofMillis(worker.task().timeoutMs()),
                WorkerPaths.workspaces(storage),
                Duration.ofMillis(stream.keepaliveMs()),
                stream.stall(),
                executor.cliPath(),
                Map.of(
                        "cols", executor.terminal().cols(),
                        "rows", executor.terminal().rows()));
    }

    @Produces
    @Singleton
    @Unremovable
    ConnectionRules connectionRules(WorkerConfig worker, StreamConfig stream) {
        WorkerConfig.Http http = worker.http();
        try {
            return new ConnectionRules(
                    http.maxConnections().orElse(stream.maxConnections() + BESIDE_STREAMS),
                    http.headerTimeout(),
                    http.bodyTimeout(),
                    http.idleTimeout(),
                    http.writeTimeout());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("worker.http.*-timeout: " + e.getMessage());
        }
    }

    @Produces
    @Singleton
    AnswerLimits answerLimits(WorkerConfig worker) {
        return new AnswerLimits(worker.http().maxTranscripts(), worker.http().maxWorkspaces());
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "worker";
        }
    }
}
