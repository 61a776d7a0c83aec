package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * The facts of an attempt at its end, whatever becomes of its task.
 *
 * @param lastEventId number of the last record that it printed; empty when it printed none
 * @param ending how its program ended
 * @param footprint absent when no process ran, or none lived long enough to be seen
 */
public record Account(Optional<Long> lastEventId, Ending ending, Spent spent, Optional<Footprint> footprint) {

    /** Of an attempt that never began. */
    public static final Account NONE =
            new Account(Optional.empty(), new Ending.NotStarted(), Spent.UNKNOWN, Optional.empty());

    public Account {
        requireNonNull(lastEventId, "lastEventId");
        requireNonNull(ending, "ending");
        requireNonNull(spent, "spent");
        requireNonNull(footprint, "footprint");
    }

    /** The same, once its transcript is whole. */
    public Account upTo(Optional<Long> lastRecord) {
        return new Account(lastRecord, ending, spent, footprint);
    }
}
