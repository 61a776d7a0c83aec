package org.claudecluster.worker.exec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.claudecluster.worker.cli.Availability;
import org.jspecify.annotations.Nullable;

/** Holds the executors by their names, and the last answer of each to the question whether it can run. */
final class KnownExecutors {

    private final Map<ExecutorType, TaskExecutor> byType;
    private final Map<ExecutorType, Answer> answers = new ConcurrentHashMap<>();

    private record Answer(boolean wasInPlace, Availability found) {}

    KnownExecutors(Iterable<TaskExecutor> executors) {
        Map<ExecutorType, TaskExecutor> all = new HashMap<>();
        for (TaskExecutor executor : executors) {
            ExecutorType type = executor.type();
            if (type.equals(ExecutorType.AUTO) || all.put(type, executor) != null) {
                throw new IllegalArgumentException("an executor needs a name of its own, not " + type);
            }
        }
        this.byType = Map.copyOf(all);
    }

    /** The names that can be asked for where there are these executors. */
    static List<String> names(Iterable<TaskExecutor> executors) {
        return Stream.concat(
                        Stream.of(ExecutorType.AUTO),
                        StreamSupport.stream(executors.spliterator(), false).map(TaskExecutor::type))
                .map(ExecutorType::wire)
                .sorted()
                .toList();
    }

    List<String> names() {
        return names(byType.values());
    }

    TaskExecutor executor(ExecutorType type) {
        @Nullable TaskExecutor found = byType.get(type);
        if (found == null) {
            throw new IllegalArgumentException("there is no executor " + type + " but " + byType.keySet());
        }
        return found;
    }

    void ask(ExecutorType type) {
        TaskExecutor asked = executor(type);
        boolean isInPlace = asked.isInPlace();
        answers.put(type, new Answer(isInPlace, asked.probe()));
    }

    /** Whether what its runs need came or went since it was asked. */
    boolean hasComeOrGone(ExecutorType type) {
        @Nullable Answer last = answers.get(type);
        return last != null && last.wasInPlace() != executor(type).isInPlace();
    }

    Availability answerOf(ExecutorType type) {
        @Nullable Answer last = answers.get(type);
        return last == null
                ? new Availability.Unknown("the executor " + type + " has not been asked yet whether it can run")
                : last.found();
    }

    /** The reason in an answer that is no yes. */
    static Optional<String> whyNot(Availability answer) {
        return switch (answer) {
            case Availability.Available _ -> Optional.empty();
            case Availability.Unavailable(String why) -> Optional.of(why);
            case Availability.Unknown(String why) -> Optional.of(why);
        };
    }
}
