package org.claudecluster.worker.transcript;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.claudecluster.worker.task.TaskId;

/**
 * Remembers where readers were lately, so that who asks again for what was printed since does not walk from the
 * beginning. A few places are kept for each of a bounded number of tasks; a forgotten one costs a walk.
 */
public final class KnownPlaces {

    private static final int TASKS = 1_000;
    private static final int PLACES = 32;

    private final Map<TaskId, Deque<OutputPlace>> known = new LinkedHashMap<>(16, 0.75f, true);

    /** The nearest known place that is not behind this byte of output. */
    public OutputPlace atOffset(TaskId task, long offset) {
        return nearest(task, OutputPlace::offset, offset);
    }

    /** The nearest known place that is not behind this record. */
    public OutputPlace atRecord(TaskId task, long after) {
        return nearest(task, OutputPlace::after, after);
    }

    private synchronized OutputPlace nearest(TaskId task, ToLongFunction<OutputPlace> measure, long wanted) {
        OutputPlace nearest = OutputPlace.START;
        Deque<OutputPlace> places = known.get(task);
        if (places == null) {
            return nearest;
        }
        for (OutputPlace place : places) {
            long at = measure.applyAsLong(place);
            if (at <= wanted && at >= measure.applyAsLong(nearest)) {
                nearest = place;
            }
        }
        return nearest;
    }

    /** INVARIANT: only of what is written for good: a place behind a torn record would lead nowhere later. */
    public synchronized void add(TaskId task, OutputPlace place) {
        Deque<OutputPlace> places = known.computeIfAbsent(task, _ -> new ArrayDeque<>());
        if (places.contains(place)) {
            return;
        }
        places.addLast(place);
        if (places.size() > PLACES) {
            places.removeFirst();
        }
        if (known.size() > TASKS) {
            known.remove(known.keySet().iterator().next());
        }
    }

    /** Its records are removed. */
    public synchronized void forget(TaskId task) {
        known.remove(task);
    }
}
