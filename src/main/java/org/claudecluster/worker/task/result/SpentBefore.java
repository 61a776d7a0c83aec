package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * The ledger's sums at the begin of an attempt.
 *
 * @param session what the last run in the same session was told to have cost, of this task or another
 * @param inSession the tokens that the ledger has of that session, up to that run
 * @param micros what the task's attempts before have cost, as far as it is known, in millionths of a US dollar
 * @param usage the tokens of those attempts
 */
public record SpentBefore(Optional<CostReport> session, Usage inSession, long micros, Usage usage) {

    public static final SpentBefore NOTHING = new SpentBefore(Optional.empty(), Usage.NONE, 0, Usage.NONE);

    public SpentBefore {
        requireNonNull(session, "session");
        requireNonNull(inSession, "inSession");
        requireNonNull(usage, "usage");
    }

    /**
     * An attempt's own part of what its CLI told. The report is the whole session's when its tokens are at least those of
     * the report before and of this process together (2.1.330; 2.1.197 reports each process alone). Where tokens are
     * missing a report that has not shrunk is the session's.
     */
    long own(CostReport report, Usage usage) {
        return session.filter(before -> isOfSession(before, report, usage))
                .map(before -> report.micros() - before.micros())
                .orElse(report.micros());
    }

    /**
     * An attempt's own tokens: of what its CLI counts by model, the same part as of the cost. That has the models of
     * subagents, every result of the process, and what a lost attempt left to the next; {@code usage} is that of the last
     * result only. It is believed where nothing is counted by model, or where the ledger does not have all of the session.
     */
    Usage ownTokens(CostReport report, Usage usage) {
        Optional<CostReport> shared = session.filter(before -> isOfSession(before, report, usage));
        return shared.isEmpty()
                ? report.byKind().orElse(usage)
                : report.byKind()
                        .filter(_ -> shared.get().tokens().equals(Optional.of(inSession.total())))
                        .flatMap(all -> all.without(inSession))
                        .orElse(usage);
    }

    private static boolean isOfSession(CostReport before, CostReport report, Usage usage) {
        if (report.micros() < before.micros()) {
            return false;
        }
        return report.tokens()
                .flatMap(now -> before.tokens().map(then -> now >= Usage.sum(then, usage.total())))
                .orElse(true);
    }
}
