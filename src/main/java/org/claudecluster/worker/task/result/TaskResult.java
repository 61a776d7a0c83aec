package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * The CLI's last {@code result} line, made fit for any store and any reader ({@link Storable}).
 *
 * @param text the answer; empty when the run failed before one
 * @param turns the CLI's {@code num_turns}
 * @param costUsd in US dollars: the CLI's {@code total_cost_usd}, and once it is {@link #billed} the task's own cost
 * @param usage tokens: as the CLI told them, and once it is billed those of all attempts
 * @param permissionDenials a JSON array as the CLI printed it: denied tools do not fail a run, only this tells
 * @param structuredOutput a JSON value, present when a JSON schema was asked for and met
 * @param cost what the CLI told of the cost, where it told any
 */
public record TaskResult(
        Optional<String> text,
        Optional<String> sessionId,
        int turns,
        BigDecimal costUsd,
        Usage usage,
        String permissionDenials,
        Optional<String> structuredOutput,
        Optional<CostReport> cost) {

    /** What no run can cost is no cost, see {@link CostReport}. */
    private static final DecimalRange COST =
            new DecimalRange(BigDecimal.ZERO, BigDecimal.valueOf(1_000_000_000_000L), DecimalRange.DOLLAR_PLACES);

    /** A UUID has 36 characters; whatever else is told must not make a result too long for its store. */
    private static final int MAX_SESSION_ID = 100;

    public TaskResult {
        text = text.map(Storable::text);
        sessionId = sessionId.map(id -> TextLimits.start(Storable.text(id), MAX_SESSION_ID));
        permissionDenials = Storable.isShallow(permissionDenials) ? Storable.text(permissionDenials) : "[]";
        structuredOutput = structuredOutput.filter(Storable::isShallow).map(Storable::text);
        COST.problem(costUsd).ifPresent(why -> {
            throw new IllegalArgumentException("costUsd " + why);
        });
        requireNonNull(usage, "usage");
        requireNonNull(cost, "cost");
        if (turns < 0) {
            throw new IllegalArgumentException("turns can't be negative: " + turns);
        }
    }

    /** Of a run that told nothing of its cost. */
    public TaskResult(
            Optional<String> text,
            Optional<String> sessionId,
            int turns,
            BigDecimal costUsd,
            Usage usage,
            String permissionDenials,
            Optional<String> structuredOutput) {
        this(text, sessionId, turns, costUsd, usage, permissionDenials, structuredOutput, Optional.empty());
    }

    /** The same result with the cost and the tokens of all the task's attempts, as far as they are known. */
    public TaskResult billed(SpentBefore before) {
        Spent spent = Spent.of(this, before);
        return new TaskResult(
                text,
                sessionId,
                turns,
                CostReport.usd(before.micros() + spent.micros().orElse(0L)),
                before.usage().plus(spent.usage().orElse(usage)),
                permissionDenials,
                structuredOutput,
                cost);
    }

    /** The same result with the start of its text only, and without the JSON, which can't be cut. */
    public TaskResult shortened(int maxText) {
        return new TaskResult(
                text.map(all -> TextLimits.start(all, maxText)),
                sessionId,
                turns,
                costUsd,
                usage,
                "[]",
                Optional.empty(),
                cost);
    }
}
