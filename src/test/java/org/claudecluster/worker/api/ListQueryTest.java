package org.claudecluster.worker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.store.TaskFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListQueryTest {

    private static final String ID = "01890a5d-ac96-774b-bcce-b302099a8057";

    @Test
    void without_parameters_the_newest_50_are_asked_for() {
        assertThat(ListQuery.parse(new MultivaluedHashMap<>()))
                .isEqualTo(new TaskFilter(Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), 50));
    }

    @Test
    void every_parameter_is_taken() {
        MultivaluedMap<String, String> query = new MultivaluedHashMap<>(Map.of(
                "status",
                "running",
                "workerId",
                "w 1",
                "label.team",
                "a=b",
                "label.a.b",
                "",
                "after",
                ID,
                "limit",
                "500"));
        assertThat(ListQuery.parse(query))
                .isEqualTo(new TaskFilter(
                        Optional.of(TaskStatus.RUNNING),
                        Optional.of("w 1"),
                        Map.of("team", "a=b", "a.b", ""),
                        Optional.of(new TaskId(UUID.fromString(ID))),
                        500));
    }

    @ParameterizedTest
    @CsvSource({
        "status, RUNNING",
        "status, done",
        "status, ''",
        "limit, 0",
        "limit, 501",
        "limit, -1",
        "limit, ten",
        "limit, ''",
        "limit, 1000",
        "after, x",
        "after, ''",
        "label., x",
        "stauts, running",
        "labels, x",
        "workerId, 'a\0b'",
        "label.a, '\ud800'"
    })
    void anything_else_is_refused_by_name(String name, String value) {
        MultivaluedMap<String, String> query = new MultivaluedHashMap<>(Map.of(name, value));
        TaskProblem problem = catchThrowableOfType(TaskProblem.class, () -> ListQuery.parse(query));
        assertThat(problem.code()).isEqualTo(TaskProblem.Code.INVALID_REQUEST);
        assertThat(problem.errors())
                .singleElement()
                .satisfies(error -> assertThat(error.field()).isEqualTo(name));
    }

    @ParameterizedTest
    @CsvSource({
        "/tasks, /tasks?after=ID",
        "/tasks?limit=2, /tasks?limit=2&after=ID",
        "/tasks?after=x&limit=2, /tasks?limit=2&after=ID",
        "/tasks?label.a=b%20c%26%7Bd%7D, /tasks?label.a=b%20c%26%7Bd%7D&after=ID"
    })
    void the_next_page_is_the_same_request_behind_the_last_task(String request, String next) {
        assertThat(ListQuery.next(URI.create("http://h:1" + request), new TaskId(UUID.fromString(ID))))
                .hasToString(next.replace("ID", ID));
    }
}
