package org.claudecluster.worker.store;

import java.util.Locale;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.TaskStatus;

/** Where a task that waits stands: column {@code place}. The names are stored. */
enum Place {
    /** The version before wrote it, which knows no places. */
    UNKNOWN,
    /** Until its time has come, and somebody has looked whether the worker that it prefers is there. */
    LATER,
    /** For the worker that it prefers, which is alive: for the affinity wait at most. */
    KEPT,
    /** To anybody. */
    OPEN,
    /** Only one worker may have it. */
    NAMED;

    /** The order of index task_by_place. */
    static final String BY_TIME = " ORDER BY status, place, open_at";

    /** The order of index task_by_line. */
    static final String BY_TURN = " ORDER BY status, place, line, turn_at, enqueue_no";

    /** Of a new task; of what shall wait for a worker or for its time, others decide when that has come. */
    static Place of(TaskSpec spec) {
        if (spec.notBefore().isPresent()) {
            return LATER;
        }
        if (spec.requireWorker()) {
            return NAMED;
        }
        return spec.wantedWorker().isPresent() ? LATER : OPEN;
    }

    /** The line in this place where a task that wants that worker stands. */
    String line(String wanted) {
        return switch (this) {
            case KEPT, NAMED -> wanted;
            case UNKNOWN, LATER, OPEN -> "";
        };
    }

    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The condition for what waits here. */
    String waiting() {
        return with(TaskStatus.PENDING);
    }

    /**
     * Whether anything waits here of which this holds besides. It asks for the first in the order of an index: whatever
     * PostgreSQL believes of how much that is, for an EXISTS it may read the whole table, for this it does not.
     */
    String isAnyWaiting(String besides) {
        return "(SELECT 1 FROM task WHERE " + waiting() + besides + BY_TIME + " FETCH FIRST 1 ROW ONLY) IS NOT NULL";
    }

    /** The same for another status: a task keeps the place that it had when it was claimed. */
    String with(TaskStatus status) {
        return "status = '" + status.wire() + "' AND place = '" + stored() + "'";
    }
}
