package org.claudecluster.worker.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.claudecluster.worker.transcript.Records.id;
import static org.claudecluster.worker.transcript.Records.idsUpTo;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claudecluster.worker.task.ASpec;
import org.claudecluster.worker.task.Claimant;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Lease;
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
import org.claudecluster.worker.transcript.LiveTranscript.Window;
import org.claudecluster.worker.transcript.RemoteLog.Network;
import org.claudecluster.worker.transcript.RemoteTranscripts.End;
import org.claudecluster.worker.transcript.RemoteTranscripts.Watching;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas with one log and one store: what one of them runs, the other shows. */
@Timeout(60)
class RemoteTranscriptsTest {

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

    private final AtomicInteger looks = new AtomicInteger();
    private final List<Seen> viewers = new ArrayList<>();
    private final Task waiting =
            Task.enqueued(Records.task(), Submitter.UNKNOWN, ASpec.asking("x").build(), Instant.EPOCH);
    private final Task running = waiting.claimed(RUNNER, Instant.EPOCH);
    private final Task ended = ended(running);
    private final TaskId task = waiting.id();
    private volatile Function<TaskId, Optional<Task>> store = _ -> Optional.of(running);
    private RemoteLog log;
    private Transcripts runner;
    private Transcripts here;
    private RemoteTranscripts watches;

    @BeforeEach
    void open() {
        log = new RemoteLog(directory);
        runner = new Transcripts(log, InstantSource.system(), 8 << 20, 64 << 20);
        here = new Transcripts(log, InstantSource.system(), 8 << 20, 64 << 20);
        watches = new RemoteTranscripts(here, id -> {
            looks.incrementAndGet();
            return store.apply(id);
        });
    }

    @AfterEach
    void everybodyLeaves() {
        log.become(Network.GOOD);
        viewers.forEach(Seen::close);
        assertThat(watches.size()).isZero();
    }

    private static Task ended(Task task) {
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
                Optional.empty(),
                task.progress(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Outcome.Completed(new Ending.Exited(0), Optional.empty())));
    }

    /** One viewer, who takes what there is whenever it is woken. */
    private final class Seen implements AutoCloseable {
        final List<Long> numbers = new ArrayList<>();
        final List<TranscriptRecord> records = new ArrayList<>();
        final Semaphore news = new Semaphore(0);
        final Watching watching;
        Optional<End> end = Optional.empty();
        long after;

        Seen(long after) {
            this.after = after;
            watching = watches.watch(task, after, news::release);
            viewers.add(this);
        }

        Seen take() {
            end = watching.end();
            Window window = watching.after(after, 100_000);
            switch (window) {
                case Window.Records(List<TranscriptRecord> found) -> {
                    records.addAll(found);
                    found.forEach(record -> numbers.add(record.seq()));
                }
                case Window.Behind() -> {
                    try (TranscriptLog.Reader reader = log.read(task, after)) {
                        Records.drain(reader, 100_000).forEach(record -> numbers.add(record.seq()));
                    }
                }
            }
            after = numbers.isEmpty() ? after : numbers.getLast();
            return this;
        }

        @Override
        public void close() {
            watching.close();
        }
    }

    private LiveTranscript print(int records) {
        LiveTranscript live = runner.begin(Tenant.DEFAULT, Records.lease(task), _ -> {});
        IntStream.range(0, records).forEach(_ -> live.output("line".getBytes(UTF_8)));
        runner.seal(live, () -> true);
        return live;
    }

    @Test
    void what_is_printed_elsewhere_is_seen_here_and_the_end_comes_after_it() {
        Seen viewer = new Seen(0);
        print(5);
        await().until(() -> viewer.take().numbers.size() == 5);
        print(5);
        store = _ -> Optional.of(ended);
        await().until(() -> viewer.take().end.isPresent());
        assertThat(viewer.take().numbers).isEqualTo(idsUpTo(10));
        assertThat(viewer.end).contains(new End.Final(ended));
    }

    @Test
    void many_viewers_cost_one_look() {
        Seen first = new Seen(0);
        List<Seen> all = Stream.concat(Stream.of(first), IntStream.range(0, 49).mapToObj(_ -> new Seen(0)))
                .toList();
        print(3);
        await().until(() ->
                all.stream().allMatch(viewer -> viewer.take().numbers.size() == 3));
        int before = looks.get();
        await().until(() -> looks.get() >= before + 2);
        assertThat(looks.get()).isLessThan(before + 20);
    }

    @Test
    void nobody_looks_any_more_when_the_last_viewer_has_gone() {
        Seen first = new Seen(0);
        Seen second = new Seen(0);
        await().until(() -> looks.get() > 0);
        first.close();
        first.close();
        assertThat(watches.size()).isEqualTo(1);
        second.close();
        assertThat(watches.size()).isZero();
        int left = looks.get();
        await().pollDelay(Duration.ofMillis(600)).until(() -> true);
        assertThat(looks.get()).isLessThanOrEqualTo(left + 1);
    }

    @Test
    void a_store_that_is_away_for_a_while_costs_time_and_nothing_else() {
        Seen viewer = new Seen(0);
        print(2);
        await().until(() -> viewer.take().numbers.size() == 2);
        store = _ -> {
            throw new StoreUnavailableException("away", new IllegalStateException("the test took it away"));
        };
        print(2);
        int before = looks.get();
        await().until(() -> looks.get() > before);
        store = _ -> Optional.of(ended);
        await().until(() -> viewer.take().end.isPresent());
        assertThat(viewer.take().numbers).isEqualTo(idsUpTo(4));
    }

    @Test
    void a_viewer_that_joins_later_finds_what_the_others_saw() {
        Seen early = new Seen(0);
        print(4);
        await().until(() -> early.take().numbers.size() == 4);
        assertThat(new Seen(0).take().numbers).isEqualTo(idsUpTo(4));
        assertThat(new Seen(id(2)).take().numbers).containsExactly(id(3), id(4));
    }

    @Test
    void a_made_up_position_of_one_viewer_hides_nothing_from_another() {
        Seen strange = new Seen(id(1_000_000));
        Seen other = new Seen(0);
        print(3);
        await().until(() -> other.take().numbers.size() == 3);
        assertThat(strange.take().numbers).isEmpty();
    }

    @Test
    void a_watch_that_begins_at_the_end_of_a_long_log_does_not_read_it_again() {
        print(100);
        Seen viewer = new Seen(id(100));
        await().until(() -> looks.get() >= 2);
        print(1);
        await().until(() -> viewer.take().numbers.size() == 1);
        assertThat(viewer.numbers).containsExactly(id(101));
        assertThat(new Seen(id(98)).watching.after(id(98), 1_000)).isInstanceOf(Window.Behind.class);
    }

    @Test
    void who_holds_more_than_the_log_of_a_lost_run_gets_all_of_the_next() {
        print(100);
        Seen ahead = new Seen(id(120));
        Seen behind = new Seen(id(99));
        await().until(() -> looks.get() >= 2);
        LiveTranscript next = runner.begin(Tenant.DEFAULT, new Lease(task, new WorkerId("me"), 2), _ -> {});
        IntStream.range(0, 3).forEach(_ -> next.output("line".getBytes(UTF_8)));
        runner.seal(next, () -> true);
        List<Long> ofTheNext = List.of(EventIds.first(2), EventIds.first(2) + 1, EventIds.first(2) + 2);

        await().until(() -> ahead.take().numbers.equals(ofTheNext));

        await().until(() -> behind.take().numbers.size() == 4);
        assertThat(behind.numbers).startsWith(id(100)).endsWith(EventIds.first(2) + 2);
    }

    @Test
    void a_task_that_was_removed_ends_its_watch() {
        Seen viewer = new Seen(0);
        store = _ -> Optional.empty();
        await().until(() -> viewer.take().end.isPresent());
        assertThat(viewer.end).contains(new End.Removed());
    }

    @Test
    void a_task_that_changes_here_is_looked_at_at_once() {
        store = _ -> Optional.of(waiting);
        Seen viewer = new Seen(0);
        await().until(() -> looks.get() == 1);
        store = _ -> Optional.of(ended);
        here.changed(task);
        await().atMost(Duration.ofMillis(800)).until(() -> viewer.take().end.isPresent());
    }
}
