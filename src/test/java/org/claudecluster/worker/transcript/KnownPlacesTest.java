package org.claudecluster.worker.transcript;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claudecluster.worker.task.TaskId;
import org.junit.jupiter.api.Test;

class KnownPlacesTest {

    private final KnownPlaces places = new KnownPlaces();

    private static OutputPlace place(int number) {
        return new OutputPlace(number, number, number);
    }

    @Test
    void of_a_task_the_newest_32_places_are_known() {
        TaskId task = TaskId.create(Instant.EPOCH);
        IntStream.rangeClosed(1, 33).forEach(number -> places.add(task, place(number)));

        assertThat(places.atOffset(task, 1)).isEqualTo(OutputPlace.START);
        assertThat(places.atOffset(task, 2)).isEqualTo(place(2));
        assertThat(places.atOffset(task, 100)).isEqualTo(place(33));
    }

    @Test
    void of_1000_tasks_places_are_known_and_who_was_asked_for_stays() {
        List<TaskId> tasks =
                Stream.generate(() -> TaskId.create(Instant.EPOCH)).limit(1_001).toList();
        tasks.subList(0, 1_000).forEach(task -> places.add(task, place(1)));
        assertThat(places.atOffset(tasks.getFirst(), 1)).isEqualTo(place(1));

        places.add(tasks.getLast(), place(1));

        assertThat(tasks.stream().filter(task -> places.atOffset(task, 1).equals(OutputPlace.START)))
                .containsExactly(tasks.get(1));
    }
}
