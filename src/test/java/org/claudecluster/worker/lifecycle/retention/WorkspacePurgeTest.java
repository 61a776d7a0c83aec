package org.claudecluster.worker.lifecycle.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.lifecycle.EmbeddedStore;
import org.claudecluster.worker.lifecycle.RemovedSessions;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.workspace.Git;
import org.claudecluster.worker.workspace.TaskWorkspaces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspacePurgeTest {

    private static final String HOME = "home-1";
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private EmbeddedStore store;
    private final RemovedSessions sessions = new RemovedSessions();
    private TaskWorkspaces workspaces;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(directory);
        workspaces = new TaskWorkspaces(
                HOME,
                directory.resolve("root"),
                directory.resolve("state"),
                new Git(Map.of(), Optional.empty()),
                directory);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void what_ended_long_ago_goes_and_what_is_fresh_or_runs_stays() throws IOException {
        TaskId old = ended(ASpec.asking("old"), Duration.ofDays(8));
        TaskId fresh = ended(ASpec.asking("fresh"), Duration.ofDays(6));
        TaskId running = claimed(ASpec.asking("running")).task();
        leave(running);

        purge(WEEK).run();

        assertThat(workspace(old)).doesNotExist();
        assertThat(workspace(fresh)).exists();
        assertThat(workspace(running)).exists();
    }

    @Test
    void with_zero_it_stays_as_long_as_its_task() throws IOException {
        TaskId old = ended(ASpec.asking("old"), Duration.ofDays(4_000));
        purge(Duration.ZERO).run();
        assertThat(workspace(old)).exists();

        store.own.delete(old);
        purge(Duration.ZERO).run();

        assertThat(workspace(old)).doesNotExist();
        assertThat(workspaces.kept().known()).isEmpty();
    }

    @Test
    void a_follow_up_keeps_it_while_it_waits() throws IOException {
        TaskId old = ended(ASpec.asking("old"), Duration.ofDays(8));
        TaskId next = enqueue(ASpec.asking("next").requiring(HOME).continuing(new Continuation(old, old)));

        purge(WEEK).run();
        assertThat(workspace(old)).exists();

        store.own.cancel(next);
        purge(WEEK).run();
        assertThat(workspace(old)).doesNotExist();
    }

    @Test
    void a_deleted_tasks_workspace_goes_at_once_unless_a_follow_up_needs_it() throws IOException {
        TaskId plain = ended(ASpec.asking("plain"), Duration.ZERO);
        TaskId continued = ended(ASpec.asking("continued"), Duration.ZERO);
        enqueue(ASpec.asking("next").requiring(HOME).continuing(new Continuation(continued, continued)));

        store.own.delete(plain);
        store.own.delete(continued);
        purge(WEEK).deleted(plain);
        purge(WEEK).deleted(continued);

        assertThat(workspace(plain)).doesNotExist();
        assertThat(workspace(continued)).exists();
    }

    @Test
    void a_workspace_and_its_sessions_go_with_the_last_task_of_the_chain_that_is_known() throws IOException {
        TaskId first = ended(ASpec.asking("first"), Duration.ZERO);
        UUID session = session(first);
        TaskId next = ended(ASpec.asking("next").continuing(new Continuation(first, first)), Duration.ZERO);
        WorkspacePurge purge = purge(WEEK);

        store.own.delete(first);
        purge.deleted(first);
        assertThat(workspace(first)).exists();
        assertThat(sessions.removed).isEmpty();

        store.own.delete(next);
        purge.deleted(first);
        assertThat(workspace(first)).doesNotExist();
        assertThat(sessions.removed).contains(session);
        assertThat(workspaces.kept().known()).isEmpty();
    }

    @Test
    void a_session_that_another_task_names_outlives_its_own_and_goes_with_that_one() throws IOException {
        TaskId first = ended(ASpec.asking("first"), Duration.ZERO);
        UUID session = session(first);
        TaskId other = enqueue(ASpec.asking("other").claude(ClaudeOptions.NONE.resuming(session)));
        store.own.delete(first);
        purge(WEEK).deleted(first);
        assertThat(workspace(first)).doesNotExist();
        assertThat(sessions.removed).isEmpty();

        store.own.cancel(other);
        store.own.delete(other);
        purge(WEEK).run();

        assertThat(sessions.removed).containsExactly(session);
        assertThat(workspaces.kept().known()).isEmpty();
    }

    @Test
    void a_follow_up_that_is_submitted_while_it_is_decided_keeps_it() throws IOException {
        TaskId old = ended(ASpec.asking("old"), Duration.ofDays(8));
        AtomicInteger asked = new AtomicInteger();

        boolean removed = workspaces.kept().remove(old, () -> asked.incrementAndGet() == 1);

        assertThat(removed).isFalse();
        assertThat(asked).hasValue(2);
        assertThat(workspace(old).resolve("file")).exists();
    }

    @Test
    void a_home_goes_with_the_workspace() throws IOException {
        TaskId old = ended(ASpec.asking("old"), Duration.ofDays(8));
        Path home = Files.createDirectories(workspaces.homes().resolve(old.toString()));

        purge(WEEK).run();

        assertThat(home).doesNotExist();
    }

    @Test
    void a_directory_that_the_store_does_not_know_is_somebody_elses() throws IOException {
        TaskId stranger = TaskId.create(Instant.EPOCH);
        Files.createDirectories(workspace(stranger));

        purge(WEEK).run();

        assertThat(workspace(stranger)).exists();
        assertThat(workspaces.kept().known()).isEmpty();
    }

    @Test
    void a_clone_that_a_crash_left_half_done_goes_as_soon_as_its_task_has_ended_and_work_stays() throws IOException {
        Lease cloning = claimed(ASpec.asking("clone")
                .git(new GitSource("https://git.example/x", Optional.empty(), Optional.empty(), Optional.empty())));
        Lease working = claimed(ASpec.asking("work"));
        leave(cloning.task());
        cloning(cloning.task());
        leave(working.task());
        WorkspacePurge purge = purge(WEEK);
        purge.look();

        purge.settleCrashed();
        assertThat(workspace(cloning.task())).exists();

        store.complete(cloning, Duration.ZERO);
        store.complete(working, Duration.ZERO);
        purge.settleCrashed();
        assertThat(workspace(cloning.task())).doesNotExist();
        assertThat(workspace(working.task())).exists();
        assertThat(workspaces.kept().known()).containsOnlyKeys(working.task());
    }

    @Test
    void a_clone_that_was_done_by_another_attempt_stays() throws IOException {
        Lease lease = claimed(ASpec.asking("clone")
                .git(new GitSource("https://git.example/x", Optional.empty(), Optional.empty(), Optional.empty())));
        leave(lease.task());
        WorkspacePurge purge = purge(WEEK);
        purge.look();

        workspaces.settle(store.find(lease.task()), Optional.empty());
        store.complete(lease, Duration.ZERO);
        purge.settleCrashed();

        assertThat(workspace(lease.task())).exists();
    }

    private WorkspacePurge purge(Duration age) {
        return new WorkspacePurge(age, store.tasks, workspaces.kept(), sessions, InstantSource.system());
    }

    private TaskId enqueue(ASpec spec) {
        TaskId id = TaskId.create(Instant.EPOCH);
        store.tasks.enqueue(new NewTask(id, Submitter.UNKNOWN, spec.build(), Optional.empty()));
        return id;
    }

    private Lease claimed(ASpec spec) {
        enqueue(spec);
        Claimant claimant = new Claimant(
                new WorkerId("me"),
                Set.of("me", HOME),
                "pty",
                Optional.empty(),
                Sessions.NONE,
                Optional.of(HOME),
                MINUTE,
                MINUTE);
        return store.tasks.claim(claimant, 1).getFirst().lease();
    }

    private TaskId ended(ASpec spec, Duration ago) throws IOException {
        Lease lease = claimed(spec);
        leave(lease.task());
        store.complete(lease, ago);
        workspaces.settle(store.find(lease.task()), Optional.empty());
        return lease.task();
    }

    /** As its worker writes it before git runs. */
    private void cloning(TaskId task) throws IOException {
        Files.writeString(
                Files.createDirectories(directory.resolve("state")).resolve(task + ".txt"), task + "\n-\ncloning\n");
    }

    /** The session of this task, noted as its own. */
    private UUID session(TaskId task) {
        UUID session = UUID.fromString(store.find(task).sessionId().orElseThrow());
        workspaces.settle(store.find(task), Optional.of(session));
        return session;
    }

    private void leave(TaskId task) throws IOException {
        Files.writeString(Files.createDirectories(workspace(task)).resolve("file"), "left");
    }

    private Path workspace(TaskId task) {
        return directory.resolve("root").resolve(task.toString());
    }
}
