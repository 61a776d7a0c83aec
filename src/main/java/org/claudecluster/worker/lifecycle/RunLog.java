package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.TaskStatus;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** One line for each run's end. Never what was asked or printed. */
final class RunLog {

    private static final Logger LOG = Logger.getLogger(TaskRunner.class);

    private RunLog() {}

    static void ended(Task task, FinalWrite closing, TaskStatus now, Duration duration) {
        MDC.put("taskId", task.id().toString());
        MDC.put("attempt", String.valueOf(task.attempt()));
        MDC.put("epoch", String.valueOf(task.epoch()));
        MDC.put("duration", String.valueOf(duration.toMillis()));
        MDC.put("status", now.wire());
        closing.reason().ifPresent(reason -> MDC.put("reason", reason.wire()));
        LOG.info(now == closing.status() ? sentence(closing) : "Task execution " + now.wire());
        MDC.clear();
    }

    private static String sentence(FinalWrite closing) {
        return switch (closing) {
            case FinalWrite.Ended _ -> "Task execution " + closing.status().wire();
            case FinalWrite.Parked(var park, var _) -> "Task parked until " + park.notBefore();
            case FinalWrite.Retried(var requeue, var _) ->
                "Task attempt failed, the next one begins at " + requeue.notBefore();
            case FinalWrite.GivenBack _ -> "Task given back";
        };
    }
}
