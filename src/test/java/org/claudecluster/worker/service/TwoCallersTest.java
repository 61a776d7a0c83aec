package org.claudecluster.worker.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.access.Scope;
import org.claudecluster.worker.lifecycle.EmbeddedStore;
import org.claudecluster.worker.lifecycle.Observed;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Admission;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.Worker;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.claudecluster.worker.task.result.TaskResult;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.QueueNotifier;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage.Listed;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.Transcripts;
import org.claudecluster.worker.workspace.Git;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two tenants ask for each other's tasks by their very ids. */
class TwoCallersTest {

    private static final Caller ACME = caller("acme-ci", "acme");
    private static final Caller GLOBEX = caller("globex-ci", "globex");
    private static final Caller NOBODY_S = Caller.local();
    private static final Duration AT_ONCE = Duration.ZERO;

    @TempDir
    Path directory;

    private EmbeddedStore store;
    private Transcripts transcripts;
    private TaskService service;

    private static Caller caller(String name, String tenant) {
        return new Caller(
                name,
                Caller.Kind.KEY,
                new Tenant(tenant),
                Set.of(Scope.READ, Scope.WRITE),
                Optional.empty(),
                Optional.empty());
    }

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        transcripts = new Transcripts(
                new FileTranscriptLog(directory.resolve("transcripts")), InstantSource.system(), 8 << 20, 64 << 20);
        ServiceSettings settings = new ServiceSettings(Duration.ofSeconds(30), 10, StreamingType.SSE);
        Streaming streaming = new Streaming(settings);
        TaskFinder finder = new TaskFinder(store.tasks, transcripts, streaming, _ -> Optional.empty());
        OwnSessions ownSessions = new OwnSessions(store.tasks);
        service = new TaskService(
                store.tasks,
                finder,
                new TaskSubmitter(
                        store.tasks,
                        finder,
                        streaming,
                        new Open(),
                        task -> store.tasks.enqueue(task),
                        new Awake(),
                        new Observed(),
                        InstantSource.system()),
                new FollowUps(
                        store.tasks,
                        new WorkspaceLocator(store.tasks, settings),
                        new TaskWorkspaces(
                                "home",
                                directory.resolve("workspaces"),
                                directory.resolve("state"),
                                new Git(Map.of(), Optional.empty()),
                                directory.resolve("secrets")),
                        Sessions.NONE,
                        ownSessions),
                ownSessions,
                transcripts,
                new Silent());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Task submitted(Caller caller, ASpec spec) {
        return service.submit(caller, submission(spec.build(), Optional.empty()))
                .task();
    }

    private static Submission submission(TaskSpec spec, Optional<NewTask.Idempotency> key) {
        return new Submission(key, new Submission.Wish.Sound(spec), AT_ONCE);
    }

    /** Its task, claimed as the CLI would run it. */
    private Task running(Caller caller) {
        TaskId id = submitted(caller, ASpec.asking("runs")).id();
        Duration lease = Duration.ofSeconds(60);
        Task claimed = store.tasks
                .claim(
                        new Claimant(
                                new WorkerId("me"), Set.of("me"), "pty", Optional.empty(), Sessions.NONE, lease, lease),
                        1)
                .getFirst();
        assertThat(claimed.id()).isEqualTo(id);
        return claimed;
    }

    private Task finished(Caller caller, Optional<String> toldSession) {
        Task task = running(caller);
        TaskResult result = new TaskResult(
                Optional.empty(), toldSession, 1, java.math.BigDecimal.ZERO, Usage.NONE, "[]", Optional.empty());
        assertThat(store.tasks.finish(
                        task.lease(),
                        new Finish(
                                new Outcome.Completed(new Ending.Exited(0), Optional.empty()),
                                Optional.of(result),
                                Progress.NONE)))
                .isTrue();
        return task;
    }

    @Test
    void a_task_tells_whose_it_is_and_who_asked() {
        Task task = service.find(ACME, submitted(ACME, ASpec.asking("mine")).id());

        assertThat(task.tenant().name()).isEqualTo("acme");
        assertThat(task.submitter().name()).contains("acme-ci");
    }

    /** A door's words for what it does with an id. */
    record Asking(String name, BiConsumer<TaskService, TaskId> what) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Asking> askings() {
        Submission next = submission(ASpec.asking("next").build(), Optional.empty());
        return Stream.of(
                new Asking("find", (service, id) -> service.find(GLOBEX, id)),
                new Asking("wait", (service, id) -> service.find(GLOBEX, id, Duration.ofMinutes(1))),
                new Asking("cancel", (service, id) -> service.cancel(GLOBEX, id)),
                new Asking("interrupt", (service, id) -> service.interrupt(GLOBEX, id)),
                new Asking("delete", (service, id) -> service.delete(GLOBEX, id)),
                new Asking("continue", (service, id) -> service.continueTask(GLOBEX, id, next)));
    }

    @ParameterizedTest
    @MethodSource("askings")
    void another_s_task_is_refused_as_one_that_never_was(Asking asking) {
        TaskId waits = submitted(
                        ACME, ASpec.asking("waits").notBefore(Instant.now().plusSeconds(3_600)))
                .id();
        TaskId runs = running(ACME).id();
        TaskId ended = finished(ACME, Optional.empty()).id();
        TaskId never = TaskId.create(Instant.now());

        assertThat(Stream.of(never, waits, runs, ended))
                .allSatisfy(id -> assertThatThrownBy(() -> asking.what().accept(service, id))
                        .isInstanceOfSatisfying(
                                TaskProblem.class,
                                problem -> assertThat(problem.code()).isEqualTo(Code.NOT_FOUND))
                        .hasMessage("there is no task " + id));
        assertThat(Stream.of(waits, runs, ended))
                .map(id -> service.find(ACME, id).status())
                .containsExactly(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.COMPLETED);
        assertThat(service.find(ACME, runs).cancelRequested()).isFalse();
    }

    @Test
    void another_s_attempts_are_none() {
        Task task = running(ACME);

        assertThat(service.attempts(ACME, task)).hasSize(1);
        assertThat(service.attempts(GLOBEX, task)).isEmpty();
    }

    @Test
    void what_another_s_task_prints_here_is_not_live_to_others() {
        Task task = running(ACME);
        LiveTranscript live = transcripts.begin(task.tenant(), task.lease(), _ -> {});

        assertThat(service.live(ACME, task.id())).contains(live);
        assertThat(service.live(GLOBEX, task.id())).isEmpty();
        assertThat(service.live(NOBODY_S, task.id())).isEmpty();
        transcripts.seal(live, () -> true);
        transcripts.end(task.id());
        assertThat(service.live(ACME, task.id())).isEmpty();
    }

    @Test
    void a_list_shows_each_tenant_its_own() {
        Task mine = submitted(ACME, ASpec.asking("mine"));
        Task theirs = submitted(GLOBEX, ASpec.asking("theirs"));

        assertThat(listed(ACME)).containsExactly(mine.id());
        assertThat(listed(GLOBEX)).containsExactly(theirs.id());
        assertThat(listed(NOBODY_S)).isEmpty();
    }

    private List<TaskId> listed(Caller caller) {
        TaskFilter all = new TaskFilter(Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), 50);
        return service.list(caller, all, Set.of()).tasks().stream()
                .map(Listed::task)
                .map(Task::id)
                .toList();
    }

    @Test
    void the_same_key_of_two_tenants_makes_two_tasks() {
        Submission keyed = submission(
                ASpec.asking("once").build(), Optional.of(new NewTask.Idempotency("deploy-1", "fingerprint")));

        Task mine = service.submit(ACME, keyed).task();
        Task theirs = service.submit(GLOBEX, keyed).task();

        assertThat(mine.id()).isNotEqualTo(theirs.id());
        assertThat(service.submit(ACME, keyed).task().id()).isEqualTo(mine.id());
        assertThat(service.submit(GLOBEX, keyed).task().id()).isEqualTo(theirs.id());
    }

    @Test
    void a_refusal_does_not_hide_the_task_of_a_repetition_and_shows_nobody_else_s() {
        Optional<NewTask.Idempotency> key = Optional.of(new NewTask.Idempotency("deploy-1", "fingerprint"));
        Submission refused = new Submission(
                key, new Submission.Wish.Refused(new TaskProblem(Code.NOT_CONTINUABLE, "no session")), AT_ONCE);
        Task mine = service.submit(ACME, submission(ASpec.asking("once").build(), key))
                .task();

        assertThat(service.submit(ACME, refused).task().id()).isEqualTo(mine.id());
        refusedWith(Code.NOT_CONTINUABLE, () -> service.submit(GLOBEX, refused));
    }

    @Test
    void another_s_session_is_refused_in_the_words_for_an_unknown_one() {
        UUID session = session(finished(ACME, Optional.empty()));

        String unknown = refusedWith(Code.INVALID_REQUEST, () -> submitted(GLOBEX, resuming(UUID.randomUUID())));
        String anothers = refusedWith(Code.INVALID_REQUEST, () -> submitted(GLOBEX, resuming(session)));

        assertThat(anothers).isEqualTo(unknown);
        assertThat(submitted(ACME, resuming(session)).status()).isEqualTo(TaskStatus.PENDING);
    }

    @Test
    void the_default_tenant_may_name_a_session_that_nobody_knows_and_no_other_s() {
        UUID session = session(finished(ACME, Optional.empty()));

        refusedWith(Code.INVALID_REQUEST, () -> submitted(NOBODY_S, resuming(session)));
        assertThat(submitted(NOBODY_S, resuming(UUID.randomUUID())).status()).isEqualTo(TaskStatus.PENDING);
    }

    @Test
    void a_cli_that_tells_another_s_session_as_its_own_is_not_continued_there() {
        UUID session = session(finished(ACME, Optional.empty()));
        TaskId thief = finished(GLOBEX, Optional.of(session.toString())).id();

        refusedWith(
                Code.NOT_CONTINUABLE,
                () -> service.continueTask(
                        GLOBEX, thief, submission(ASpec.asking("next").build(), Optional.empty())));
    }

    private static UUID session(Task task) {
        return UUID.fromString(task.sessionId().orElseThrow());
    }

    private static ASpec resuming(UUID session) {
        return ASpec.asking("resumes").claude(ClaudeOptions.NONE.resuming(session));
    }

    private static String refusedWith(Code code, ThrowingCallable asking) {
        TaskProblem problem = (TaskProblem) org.assertj.core.api.Assertions.catchThrowable(asking);
        assertThat(problem).isNotNull();
        assertThat(problem.code()).isEqualTo(code);
        return problem.getMessage() + problem.errors();
    }

    /** Takes everybody. */
    private static final class Open implements Admission {
        @Override
        public boolean tryAdmit() {
            return true;
        }

        @Override
        public void giveBack() {}

        @Override
        public int capacity() {
            return Integer.MAX_VALUE;
        }
    }

    /** Takes tasks for ever. */
    private static final class Awake implements Worker {
        @Override
        public WorkerId id() {
            return new WorkerId("me");
        }

        @Override
        public String name() {
            return "me";
        }

        @Override
        public int slots() {
            return 1;
        }

        @Override
        public int activeTasks() {
            return 0;
        }

        @Override
        public boolean draining() {
            return false;
        }

        @Override
        public boolean accepting() {
            return true;
        }

        @Override
        public Instant startedAt() {
            return Instant.EPOCH;
        }
    }

    /** Tells nobody. */
    private static final class Silent implements QueueNotifier {
        @Override
        public void cancelRequested(TaskId task) {}

        @Override
        public void interruptRequested(TaskId task) {}

        @Override
        public void finalised(TaskId task) {}

        @Override
        public void deleted(TaskId workspace) {}
    }
}
