package org.claudecluster.worker.lifecycle;

import java.time.Duration;

/**
 * Until when this process may take a task for its own, by its monotonic clock. Ends before the store's lease does,
 * whatever the network did to the replies, and never comes back once it is over.
 */
final class LeaseDeadline {

    private final Ticker ticker;
    private final long span;
    private long end;

    /**
     * Begins.
     *
     * @param sentAt the ticker's reading <em>before</em> the claim was sent: a slow reply must not lengthen the trust
     */
    LeaseDeadline(Ticker ticker, Duration span, long sentAt) {
        this.ticker = ticker;
        this.span = span.toNanos();
        this.end = sentAt + this.span;
    }

    synchronized boolean holds() {
        return ticker.nanos() - end < 0;
    }

    /** The renewal that was sent then was granted; false when the reply came too late and the trust stays over. */
    synchronized boolean renewed(long sentAt) {
        if (!holds()) {
            return false;
        }
        end = sentAt + span - end > 0 ? sentAt + span : end;
        return true;
    }
}
