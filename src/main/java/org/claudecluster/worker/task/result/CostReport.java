package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/**
 * The CLI's report of the cost at the end of a run: that of the process, or of all of the session (2.1.330, resumed).
 *
 * @param micros its {@code total_cost_usd} in millionths of a US dollar
 * @param tokens all that its {@code modelUsage} counts, where there is one
 * @param byKind the same by kind, which the ledger does not keep
 */
public record CostReport(long micros, Optional<Long> tokens, Optional<Usage> byKind) {

    private static final BigDecimal HIGHEST = BigDecimal.valueOf(1_000_000_000);
    private static final int PLACES = 6;
    private static final BigDecimal LEAST = BigDecimal.valueOf(5, PLACES + 1);

    public CostReport {
        requireNonNull(tokens, "tokens");
        requireNonNull(byKind, "byKind");
        if (micros < 0 || tokens.filter(count -> count < 0).isPresent()) {
            throw new IllegalArgumentException("nothing can cost less than nothing");
        }
    }

    /** As the ledger keeps it. */
    public CostReport(long micros, Optional<Long> tokens) {
        this(micros, tokens, Optional.empty());
    }

    /** As the CLI tells it. */
    public static CostReport told(long micros, Optional<Usage> byKind) {
        return new CostReport(micros, byKind.map(Usage::total), byKind);
    }

    /** So many millionths; empty for what no run can cost. */
    public static Optional<Long> micros(BigDecimal usd) {
        // Compared first: the digits of 1e999999999 have no room, and those of 1e-999999999 neither.
        if (usd.signum() < 0 || usd.compareTo(HIGHEST) > 0) {
            return Optional.empty();
        }
        return Optional.of(
                usd.compareTo(LEAST) < 0
                        ? 0L
                        : usd.setScale(PLACES, RoundingMode.HALF_UP)
                                .unscaledValue()
                                .longValueExact());
    }

    /** The same amount in US dollars, without zeros behind its last digit. */
    public static BigDecimal usd(long micros) {
        BigDecimal plain = BigDecimal.valueOf(micros, PLACES).stripTrailingZeros();
        return plain.scale() < 0 ? plain.setScale(0, RoundingMode.UNNECESSARY) : plain;
    }
}
