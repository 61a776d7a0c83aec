package org.claudecluster.worker.lifecycle;

/** The monotonic clock, for deadlines within this process. Readings are compared by their difference. */
@FunctionalInterface
public interface Ticker {

    /** The real one. It goes on while the process is stopped by a signal. */
    Ticker SYSTEM = System::nanoTime;

    /** Nanoseconds since some moment. */
    long nanos();
}
