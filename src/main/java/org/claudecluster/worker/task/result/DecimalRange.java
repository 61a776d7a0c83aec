package org.claudecluster.worker.task.result;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * The decimal numbers that a field may hold. A number is judged by its digits and its scale as they are: written out,
 * {@code 1e999999999} and {@code 1e-999999999} have more digits than there is memory.
 *
 * @param from the least, which may be taken
 * @param to the most, which may be taken
 * @param places the most digits behind the point
 */
public record DecimalRange(BigDecimal from, BigDecimal to, int places) {

    /**
     * The most digits behind the point of an amount in US dollars: more than a double tells, so that whatever a program
     * has reckoned is taken as it is.
     */
    public static final int DOLLAR_PLACES = 20;

    public DecimalRange {
        if (from.compareTo(to) > 0 || places < 0) {
            throw new IllegalArgumentException("no number is from %s to %s".formatted(from, to));
        }
    }

    /** What is wrong with a number, if anything. */
    public Optional<String> problem(BigDecimal number) {
        boolean isWithin = hasAtMost(places, number) && number.compareTo(from) >= 0 && number.compareTo(to) <= 0;
        return isWithin
                ? Optional.empty()
                : Optional.of("must be %s to %s, with at most %d digits behind the point"
                        .formatted(from.toPlainString(), to.toPlainString(), places));
    }

    /** Whether a number has no more digits than that behind the point; zeros at its end count as they are written. */
    public static boolean hasAtMost(int places, BigDecimal number) {
        return number.scale() <= places;
    }
}
