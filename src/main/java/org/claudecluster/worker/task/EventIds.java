package org.claudecluster.worker.task;

/**
 * The numbers of a task's events. Each claim has a range of its own, so that no later attempt uses a number again which
 * a viewer may have seen of an earlier one, whether or not the record survived its worker.
 *
 * <p>A range holds 2³² numbers: a day at 49,710 records a second. A JavaScript number is exact up to 2⁵³, so up to claim
 * 2,097,151 of a task. Versions before this one counted 1, 2, 3 over all attempts; such numbers lie below every range.
 */
public final class EventIds {

    private static final int BITS = 32;

    private EventIds() {}

    /** The position before the first event of a claim, and behind all of the claims before. */
    public static long before(long epoch) {
        return epoch << BITS;
    }

    /** The number of a claim's first event. */
    public static long first(long epoch) {
        return before(epoch) + 1;
    }

    /** The last number of a claim's range: above all that it can have printed. */
    public static long last(long epoch) {
        return before(epoch + 1) - 1;
    }

    /** The claim in whose range a number lies; 0 for one of a version before this. */
    public static long epoch(long id) {
        return id >>> BITS;
    }
}
