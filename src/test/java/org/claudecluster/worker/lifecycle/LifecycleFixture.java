package org.claudecluster.worker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.claude.ChildEnvironment;
import org.claudecluster.worker.exec.ExecutorStrategy;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.Fallback;
import org.claudecluster.worker.exec.OrphanCleaner;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.lifecycle.retention.RetentionTimes;
import org.claudecluster.worker.process.CgroupUse;
import org.claudecluster.worker.process.Containment;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.Workspaces;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.Enqueued;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.TaskStore;
import org.claudecluster.worker.task.store.WorkerRegistry;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.Transcripts;
import org.claudecluster.worker.watchdog.WatchSettings;
import org.claudecluster.worker.watchdog.Watchdog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A worker's life on an embedded store, with an executor that runs what the test lets run. */
abstract class LifecycleFixture {

    private static final WorkerId SELF = new WorkerId("self-1");

    @TempDir
    Path directory;

    final GatedExecutor executor = new GatedExecutor();
    final Observed observed = new Observed();
    final ManualTicker ticker = new ManualTicker();
    ClaimGate gate = ClaimGate.open();
    Duration drain = Duration.ofMinutes(1);
    Duration poll = Duration.ofMillis(100);
    /** The most of a run; 0 is no limit. */
    int processes;

    /** That of the lifecycle that was made last. */
    @SuppressWarnings("NullAway.Init")
    Watchdog watchdog;

    EmbeddedStore store;
    Lifecycle lifecycle;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        lifecycle = lifecycle(store.tasks, executor, 2, true);
    }

    @AfterEach
    void close() {
        lifecycle.stop();
        store.close();
    }

    void awaitStatus(TaskId task, TaskStatus status) {
        await().until(() -> store.find(task).status() == status);
    }

    /** As a request of this worker's own does it. */
    TaskId submit() {
        NewTask task = new NewTask(
                TaskId.create(Instant.EPOCH),
                Submitter.UNKNOWN,
                ASpec.asking("of our own").build(),
                Optional.empty());
        assertThat(lifecycle.queue().tryAdmit()).isTrue();
        assertThat(lifecycle.enqueue(task)).isInstanceOfAny(Enqueued.Created.class, Enqueued.Claimed.class);
        return task.id();
    }

    /** As a worker leaves it that is killed while the run has processes. */
    void noteOf(TaskId task, long epoch) {
        new Containment(ChildEnvironment.RUN_MARKER, directory.resolve("runs"), CgroupUse.NEVER)
                .expect(ChildEnvironment.run(task.toString(), epoch));
    }

    /** What chooses the executor; a test may ask for another than the one that is always there. */
    ExecutorStrategy strategy(TaskExecutor runs) {
        return new ExecutorStrategy(List.of(runs), ExecutorType.STUB, Fallback.ofSharedQueue(), ticker::nanos);
    }

    Lifecycle lifecycle(TaskStore tasks, TaskExecutor runs, int slots, boolean ownsStore) {
        LifecycleSettings settings = new LifecycleSettings(
                new WorkerIdentity(SELF, "self", Set.of("self"), "1"),
                new LifecycleSettings.Holdings(Optional::empty, Sessions.NONE, Workspaces.NONE),
                new QueueSettings(slots, 1_000, poll, Duration.ZERO, ownsStore),
                new LeaseTimes(Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofSeconds(5)),
                Duration.ofMillis(50),
                new StopTimes(drain, Duration.ofSeconds(10)),
                new ParkRules(true, 10, Duration.ofDays(8)),
                new RetentionTimes(Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1)));
        Transcripts transcripts = new Transcripts(
                new FileTranscriptLog(directory.resolve("transcripts")), InstantSource.system(), 8 << 20, 64 << 20);
        Containment containment =
                new Containment(ChildEnvironment.RUN_MARKER, directory.resolve("runs"), CgroupUse.NEVER);
        watchdog = new Watchdog(
                new WatchSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, processes, 0, false),
                observed,
                ticker::nanos);
        return new Lifecycle(
                settings,
                new Lifecycle.Stores(tasks, (WorkerRegistry) tasks, transcripts),
                new Lifecycle.Execution(
                        strategy(runs),
                        gate,
                        new OrphanCleaner(observed, containment.remains(), directory.resolve("tmp")),
                        watchdog),
                observed,
                InstantSource.system(),
                ticker);
    }
}
