package org.claudecluster.worker.api.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.claudecluster.worker.api.ApiSettings;
import org.claudecluster.worker.service.ServiceSettings;
import org.claudecluster.worker.service.Streaming;
import org.claudecluster.worker.service.StreamingType;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Sessions;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.WorkerId;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.TaskStore;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.RemoteTranscripts;
import org.claudecluster.worker.transcript.Transcripts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One viewer of a task whose attempts run here and elsewhere. */
@Timeout(60)
class TaskStreamTest {

    private static final Claimant RUNNER = new Claimant(
            new WorkerId("runner"),
            java.util.Set.of("runner"),
            "stub",
            Optional.empty(),
            Sessions.NONE,
            Duration.ofSeconds(30),
            Duration.ZERO);

    @TempDir
    Path directory;

    private final Task waiting = Task.enqueued(
            TaskId.create(Instant.EPOCH), Submitter.UNKNOWN, ASpec.asking("x").build(), Instant.EPOCH);
    private final Task first = waiting.claimed(RUNNER, Instant.EPOCH);
    private final Task second = first.claimed(RUNNER, Instant.EPOCH);
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private volatile Supplier<Task> store = () -> first;
    private Transcripts here;
    private Transcripts elsewhere;
    private TaskStream.Sources sources;

    @BeforeEach
    void open() {
        here = transcripts();
        elsewhere = transcripts();
        Streaming streaming = new Streaming(new ServiceSettings(Duration.ofSeconds(30), 10, StreamingType.SSE));
        TaskStore tasks = (TaskStore) Proxy.newProxyInstance(
                TaskStore.class.getClassLoader(),
                new Class<?>[] {TaskStore.class},
                (_, _, _) -> Optional.of(store.get()));
        sources = new TaskStream.Sources(
                _ -> store.get(),
                here,
                new RemoteTranscripts(here, tasks::findOfAnyTenant),
                streaming,
                new SharedFrames());
    }

    private Transcripts transcripts() {
        return new Transcripts(new FileTranscriptLog(directory), InstantSource.system(), 8 << 20, 64 << 20);
    }

    private static ApiSettings settings() {
        return new ApiSettings(
                "1",
                "test",
                Duration.ofSeconds(30),
                Path.of("/"),
                Duration.ofSeconds(15),
                Duration.ofSeconds(15),
                "claude",
                Map.of());
    }

    /** Takes whatever it is given. */
    private HttpServerResponse response() {
        return (HttpServerResponse) Proxy.newProxyInstance(
                HttpServerResponse.class.getClassLoader(),
                new Class<?>[] {HttpServerResponse.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "write" -> {
                        sent.writeBytes(((Buffer) arguments[0]).getBytes());
                        yield Future.succeededFuture();
                    }
                    case "end" -> {
                        if (arguments != null && arguments[0] instanceof Buffer last) {
                            sent.writeBytes(last.getBytes());
                        }
                        yield Future.succeededFuture();
                    }
                    case "writeQueueFull" -> false;
                    default -> proxy;
                });
    }

    private CompletableFuture<Void> watch(Task task, long after) {
        StreamWriter writer = new StreamWriter(response(), settings(), () -> {});
        return CompletableFuture.runAsync(
                () -> {
                    try (TaskStream stream =
                            new TaskStream(task.id(), Optional.of(task), after, writer, sources, new JsonMapper())) {
                        stream.run();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                Thread::startVirtualThread);
    }

    private List<Long> ids() {
        return Pattern.compile("(?m)^id: (\\d+)$")
                .matcher(sent.toString(UTF_8))
                .results()
                .map(found -> Long.parseLong(found.group(1)))
                .toList();
    }

    private static LiveTranscript begin(Transcripts where, Task task) {
        return where.begin(Tenant.DEFAULT, task.lease(), _ -> {});
    }

    private static void print(Transcripts where, Task task, String text) {
        LiveTranscript live = begin(where, task);
        live.output(text.getBytes(UTF_8));
        end(where, live, task);
    }

    private static void end(Transcripts where, LiveTranscript live, Task task) {
        assertThat(where.seal(live, () -> true)).isTrue();
        where.end(task.id());
    }

    private static Task ended(Task task, Optional<Long> completeId) {
        return new Task(
                task.id(),
                task.submitter(),
                task.spec(),
                TaskStatus.COMPLETED,
                task.createdAt(),
                task.startedAt(),
                Optional.of(Instant.EPOCH),
                task.attempt(),
                task.epoch(),
                task.worker(),
                task.executorType(),
                task.sessionId(),
                task.resumed(),
                task.home(),
                false,
                Optional.empty(),
                task.parks(),
                false,
                completeId,
                task.progress(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Outcome.Completed(new Ending.Exited(0), Optional.empty())));
    }

    @Test
    void who_saw_all_of_a_lost_run_here_gets_the_next_one_that_ran_elsewhere_while_the_store_was_away() {
        LiveTranscript live = begin(here, first);
        CompletableFuture<Void> viewer = watch(first, 0);
        live.output("one".getBytes(UTF_8));
        await().until(() -> sent.toString(UTF_8).contains("one"));
        store = () -> {
            throw new StoreUnavailableException("away", new IllegalStateException("the test took it away"));
        };
        assertThat(here.seal(live, () -> true)).isTrue();
        // It looks between the close and the end.
        await().pollDelay(Duration.ofMillis(200)).until(() -> true);
        here.end(first.id());

        print(elsewhere, second, "two");
        store = () -> ended(second, Optional.of(EventIds.before(2) + 2));
        viewer.orTimeout(20, TimeUnit.SECONDS).join();

        assertThat(sent.toString(UTF_8)).containsSubsequence("one", "two", "event: complete");
        assertThat(ids()).containsExactly(EventIds.first(1), EventIds.first(2), EventIds.first(2) + 1);
    }

    @Test
    void who_holds_more_than_the_log_gets_all_of_the_next_run_here() {
        print(elsewhere, first, "one");
        store = () -> second;
        LiveTranscript live = begin(here, second);
        CompletableFuture<Void> viewer = watch(second, EventIds.before(1) + 120);
        live.output("two".getBytes(UTF_8));
        await().until(() -> sent.toString(UTF_8).contains("two"));
        end(here, live, second);
        store = () -> ended(second, Optional.of(EventIds.before(2) + 2));
        here.changed(second.id());
        viewer.orTimeout(20, TimeUnit.SECONDS).join();

        assertThat(ids()).containsExactly(EventIds.first(2), EventIds.first(2) + 1);
    }

    @Test
    void who_comes_while_a_later_run_is_live_and_has_written_nothing_gets_the_earlier_one_first() {
        print(elsewhere, first, "one");
        store = () -> second;
        LiveTranscript live = begin(here, second);
        live.output("two".getBytes(UTF_8));
        CompletableFuture<Void> viewer = watch(second, 0);
        await().until(() -> sent.toString(UTF_8).contains("two"));
        end(here, live, second);
        store = () -> ended(second, Optional.empty());
        here.changed(second.id());
        viewer.orTimeout(20, TimeUnit.SECONDS).join();

        assertThat(sent.toString(UTF_8)).containsSubsequence("one", "two", "event: complete");
        assertThat(ids()).containsExactly(EventIds.first(1), EventIds.first(2), EventIds.last(2));
    }

    @Test
    void who_holds_more_than_the_log_of_a_run_that_was_the_last_gets_the_end() {
        print(elsewhere, first, "one");
        Task lost = ended(first, Optional.empty());
        store = () -> lost;

        watch(lost, EventIds.before(1) + 120).orTimeout(20, TimeUnit.SECONDS).join();

        assertThat(ids()).containsExactly(EventIds.last(1));
    }
}
