package org.claudecluster.worker.terminal;

import java.nio.ByteBuffer;
import org.claudecluster.worker.process.ProcessTree;
import org.claudecluster.worker.process.linux.ProcessExit;

/** Hears what one terminal prints and how it ends. Its exceptions are logged and otherwise ignored. */
public interface TerminalListener {
    /**
     * Raw bytes. Those of one channel come in the order in which they were written; those of the two in the order in
     * which they were seen, which is the same unless both were written within some microseconds, or faster than they are
     * read. Never called by two threads at once, mostly by one which serves other terminals too: must not block.
     *
     * @param bytes from position to limit, valid only during the call
     */
    void output(Channel channel, ByteBuffer bytes);

    /**
     * Asked on the reading thread, before a terminal that was read is read again; must not block. While it is false
     * neither channel is read, so that its programs wait in their next write once the kernel's buffer of that channel is
     * full (some 4 to 20 KiB). After it has become true, {@link Terminal#readOn} must be called. What was printed is delivered all the same
     * when the leader ends.
     */
    default boolean wantsOutput() {
        return true;
    }

    /**
     * Exactly once, after the last output: the leader has been reaped, every byte it wrote was delivered, and both
     * masters are closed. Processes the leader started may still run, see {@link ProcessTree}.
     */
    void exited(ProcessExit exit);
}
