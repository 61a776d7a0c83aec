package org.claudecluster.worker.api.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.claudecluster.worker.task.result.TaskProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RequestMemoryTest {

    private static final int TEXT = 1024 * 1024;

    private final RequestMemory memory = new RequestMemory(2L * RequestMemory.TIMES * TEXT, Duration.ofMillis(100));

    @Test
    void what_does_not_fit_is_refused_and_nothing_of_it_is_held() {
        try (RequestMemory.Part _ = memory.forText(TEXT)) {
            assertThatThrownBy(() -> memory.forText(TEXT + TEXT / 2))
                    .isInstanceOfSatisfying(
                            TaskProblem.class,
                            problem -> assertThat(problem.code()).isEqualTo(TaskProblem.Code.OVERLOADED));
            memory.forText(TEXT).close();
        }
        memory.forText(2 * TEXT).close();
    }

    @Test
    void who_comes_while_it_is_full_waits_for_the_end_of_another() throws Exception {
        RequestMemory patient = new RequestMemory(RequestMemory.TIMES * TEXT, Duration.ofSeconds(20));
        RequestMemory.Part first = patient.forText(TEXT);
        CompletableFuture<RequestMemory.Part> second =
                CompletableFuture.supplyAsync(() -> patient.forText(TEXT), Thread::startVirtualThread);

        assertThatThrownBy(() -> second.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        first.close();
        second.get(20, TimeUnit.SECONDS).close();
    }

    @Test
    void more_than_there_is_takes_all_there_is() {
        try (RequestMemory.Part _ = memory.forText(100L * TEXT)) {
            assertThatThrownBy(() -> memory.forText(1)).isInstanceOf(TaskProblem.class);
        }
    }

    @Test
    void while_much_is_on_its_way_to_slow_clients_no_list_is_made() {
        memory.sending(RequestMemory.TIMES * TEXT);
        memory.forAnswer(TEXT).close();

        memory.sending(1);
        assertThatThrownBy(() -> memory.forAnswer(TEXT)).isInstanceOf(TaskProblem.class);
        memory.forText(TEXT).close();

        memory.sent(1);
        memory.forAnswer(TEXT).close();
    }

    @Test
    void small_bodies_are_not_counted() {
        try (RequestMemory.Part _ = memory.forText(100L * TEXT)) {
            memory.forBody(RequestMemory.SMALL_BODY).close();
            assertThatThrownBy(() -> memory.forBody(RequestMemory.SMALL_BODY + 1))
                    .isInstanceOf(TaskProblem.class);
        }
    }

    @Test
    void bodies_have_a_bound_of_their_own() {
        int most = RequestMemory.TIMES * TEXT;
        try (RequestMemory.Part _ = memory.forText(100L * TEXT)) {
            assertThat(memory.holdBody(most)).isTrue();
            assertThat(memory.holdBody(1)).isFalse();
            assertThat(memory.heldBodies()).isEqualTo(most);
            memory.releaseBody(most);
            assertThat(memory.holdBody(1)).isTrue();
        }
    }
}
