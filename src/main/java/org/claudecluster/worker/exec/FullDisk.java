package org.claudecluster.worker.exec;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.claudecluster.worker.claude.Verdict;
import org.claudecluster.worker.task.Outcome;
import org.claudecluster.worker.task.Reason;
import org.claudecluster.worker.workspace.Space;

/** Tells a failure for want of room from others: programs that can't write end in every way but a telling one. */
final class FullDisk {

    private static final Set<Reason> UNTELLING = EnumSet.of(
            Reason.EXIT_NONZERO, Reason.API_ERROR, Reason.NEVER_STARTED, Reason.KILLED_BY_SIGNAL, Reason.OUTPUT_LIMIT);

    private FullDisk() {}

    /** The verdict, as {@link Reason#NO_SPACE} when it is a failure that says little and one of the directories is full. */
    static Verdict judge(Verdict verdict, List<Path> directories) {
        if (verdict.outcome() instanceof Outcome.Failed(Reason reason, String why, var ending)
                && UNTELLING.contains(reason)
                && directories.stream().anyMatch(Space::isFull)) {
            Outcome outcome = new Outcome.Failed(Reason.NO_SPACE, "the disk is full: " + why, ending);
            return verdict.as(outcome);
        }
        return verdict;
    }
}
