package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * The spending of one attempt, as far as its CLI told. Empty is unknown, never nothing.
 *
 * @param micros its own cost in millionths of a US dollar
 * @param report what the CLI told, which may be the whole session's
 * @param usage the tokens of this attempt
 */
public record Spent(Optional<Long> micros, Optional<CostReport> report, Optional<Usage> usage) {

    public static final Spent UNKNOWN = new Spent(Optional.empty(), Optional.empty(), Optional.empty());

    public Spent {
        requireNonNull(micros, "micros");
        requireNonNull(report, "report");
        requireNonNull(usage, "usage");
    }

    /** What a run with this result spent. */
    public static Spent of(TaskResult result, SpentBefore before) {
        Optional<CostReport> report = result.cost();
        Usage usage = report.map(told -> before.ownTokens(told, result.usage())).orElse(result.usage());
        return new Spent(report.map(told -> before.own(told, result.usage())), report, Optional.of(usage));
    }
}
