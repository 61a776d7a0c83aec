package org.claudecluster.worker.terminal;

import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.process.Leader;

/** One running command and its pseudo-terminal. Safe for use by any thread; no method blocks. */
public interface Terminal extends Leader {
    /** Tells the terminal's programs of a new size (SIGWINCH); without effect once the leader was reaped. */
    void resize(TerminalSize size);

    /**
     * CPU time of the leader and of all descendants that were waited for. Known once the leader was reaped; the pty4j
     * launcher is never told.
     */
    Optional<Duration> cpu();

    /** Has the listener asked again whether it {@linkplain TerminalListener#wantsOutput wants output}. */
    void readOn();
}
