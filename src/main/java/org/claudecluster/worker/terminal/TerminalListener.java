package org.claudecluster.worker.terminal;

import java.nio.ByteBuffer;

/** Hears what one terminal prints and how it ends. What it throws is logged and otherwise ignored. */
public interface TerminalListener {
    /**
     * Raw bytes, in order. Called on the terminal's reading thread, which may serve other terminals too: must not
     * block.
     *
     * @param bytes from position to limit, valid only during the call
     */
    void output(ByteBuffer bytes);

    /**
     * Exactly once, after the last output: the leader has been reaped, every byte it wrote was delivered, and the master
     * is closed. Processes the leader started may still run, see {@link ProcessTree}.
     */
    void exited(TerminalExit exit);
}
