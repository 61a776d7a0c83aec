package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claudecluster.worker.workspace.WorkerHome.claimed;
import static org.claudecluster.worker.workspace.WorkerHome.cloning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Continuation;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.FaultyDisk.Fault;
import org.claudecluster.worker.workspace.FaultyDisk.Operation;
import org.claudecluster.worker.workspace.TaskWorkspaces.Found;
import org.claudecluster.worker.workspace.TaskWorkspaces.Prepared;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each operation on files fails in each way, and no directory that was there before is lost by it. */
class DiskFaultsTest {

    @TempDir
    static Path served;

    @TempDir
    Path base;

    private static GitServer server;

    private final FaultyDisk disk = new FaultyDisk();
    private WorkerHome worker;

    @BeforeAll
    static void serve() throws IOException {
        server = GitServer.in(served);
    }

    @AfterAll
    static void stopServing() {
        server.close();
    }

    @BeforeEach
    void prepareHome() throws IOException {
        worker = WorkerHome.in(base, new Git(server.environment(), Optional.empty()), disk);
    }

    static Stream<Arguments> faults() {
        return Arrays.stream(Operation.values())
                .flatMap(operation -> Arrays.stream(Fault.values()).map(fault -> Arguments.of(operation, fault)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_follow_up_fails_in_words_or_begins_and_its_workspace_stays(Operation operation, Fault fault)
            throws Exception {
        Task first = work();
        Task next = followUp(first);

        disk.fail(operation, fault);
        Optional<Prepared> prepared = attempt(next);

        assertUntouched(first);
        prepared.ifPresent(DiskFaultsTest::assertInWords);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void another_attempt_at_a_clone_fails_in_words_or_begins_and_its_workspace_stays(Operation operation, Fault fault)
            throws Exception {
        Task task = cloned();

        disk.fail(operation, fault);
        Optional<Prepared> prepared = attempt(task);

        assertUntouched(task);
        prepared.ifPresent(DiskFaultsTest::assertInWords);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_first_clone_fails_in_words_or_is_whole_and_others_stay(Operation operation, Fault fault) throws Exception {
        Task other = cloned();
        Task task = cloning(main());

        disk.fail(operation, fault);
        Optional<Prepared> prepared = attempt(task);

        assertUntouched(other);
        assertThat(disk.foreignRemovals())
                .filteredOn(Files::exists)
                .allMatch(path -> path.endsWith(worker.directory(task).getFileName()));
        prepared.ifPresent(DiskFaultsTest::assertInWords);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void to_look_at_it_says_what_there_is_or_that_it_is_not_known(Operation operation, Fault fault) throws Exception {
        Task task = cloned();

        disk.fail(operation, fault);

        assertThat(worker.workspaces().find(task)).isInstanceOfAny(Found.Here.class, Found.Unknown.class);
        assertUntouched(task);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void what_is_wanted_stays_whatever_fails_while_it_is_asked_about(Operation operation, Fault fault)
            throws Exception {
        Task task = cloned();

        disk.fail(operation, fault);
        worker.workspaces()
                .kept()
                .unsettled()
                .forEach(owner -> worker.workspaces().kept().settleCrashed(owner, Optional.of(new UUID(1, 1))));
        assertThat(worker.workspaces().kept().remove(task.id(), () -> false)).isFalse();
        assertThat(worker.workspaces().kept().forget(task.id(), () -> false)).isFalse();

        assertUntouched(task);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void what_is_given_up_is_there_whole_or_known_as_gone(Operation operation, Fault fault) throws Exception {
        Task task = cloned();

        disk.fail(operation, fault);
        boolean _ = worker.workspaces().kept().remove(task.id(), () -> true);
        disk.heal();

        assertThat(isWhole(task) || worker.workspaces().find(task).equals(new Found.Gone()))
                .isTrue();
    }

    @Test
    void a_torn_record_is_no_absence() throws Exception {
        Task task = cloned();
        Files.writeString(base.resolve("state").resolve(task.id() + ".txt"), task.id() + "\n");

        assertThat(worker.workspaces().find(task)).isInstanceOf(Found.Unknown.class);
        assertThat(worker.workspaces().kept().known()).isEmpty();
        assertThat(worker.workspaces().kept().unsettled()).isEmpty();
        worker.workspaces().kept().settleCrashed(task.id(), Optional.empty());
        assertThat(worker.workspaces().kept().forget(task.id(), () -> true)).isFalse();
        assertThat(attempt(task)).isEmpty();
        assertUntouched(task);
    }

    /** Empty when it can't even be seen what there is, which the executor tells as it is. */
    private Optional<Prepared> attempt(Task task) throws InterruptedException {
        try {
            return Optional.of(worker.prepare(task));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static void assertInWords(Prepared prepared) {
        assertThat(prepared)
                .satisfiesAnyOf(
                        ready -> assertThat(ready).isEqualTo(new Prepared.Ready()),
                        failed -> assertThat(((Prepared.Failed) failed).why()).contains("can't be made"));
    }

    private void assertUntouched(Task task) {
        assertThat(disk.foreignRemovals()).doesNotContain(worker.directory(task));
        assertThat(isWhole(task)).isTrue();
    }

    private boolean isWhole(Task task) {
        return Files.exists(worker.directory(task).resolve("work.txt"));
    }

    private Task work() throws Exception {
        Task task = claimed(ASpec.asking("work"));
        Files.createDirectories(worker.directory(task));
        Files.writeString(worker.directory(task).resolve("work.txt"), "done");
        worker.workspaces().settle(task, Optional.empty());
        return task;
    }

    private Task cloned() throws Exception {
        Task task = cloning(main());
        assertThat(worker.prepare(task)).isEqualTo(new Prepared.Ready());
        Files.writeString(worker.directory(task).resolve("work.txt"), "done");
        return task;
    }

    private static Task followUp(Task first) {
        return claimed(ASpec.asking("go on").continuing(new Continuation(first.id(), first.id())));
    }

    private static GitSource main() {
        return new GitSource(server.url(""), Optional.of("main"), Optional.of(1), Optional.empty());
    }
}
