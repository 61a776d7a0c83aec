package org.claudecluster.worker.terminal;

/**
 * Starts a command as the leader of a new session with two fresh pseudo-terminals, one for each {@link Channel}.
 *
 * <p>Every adapter guarantees: file descriptor 0 yields exactly {@link TerminalCommand#stdin()} and then its end; 1 is
 * a terminal and 2 another, which is the controlling one (of both: size set before the program runs, echo off, output
 * processing on, so a line ends in CR LF); 3 is the secret when there is one; nothing else is inherited. SIGINT,
 * SIGTERM and SIGHUP are neither blocked nor ignored. Exit codes 0 to 128 and deaths by signal are reported as what
 * they are.
 */
public interface PtyLauncher {
    /**
     * Starts {@code command} and returns once the program runs. Blocks about a millisecond; may be called from any
     * thread, virtual ones too, because the native work is done by platform threads of its own. The listener may hear
     * of output, and even of the exit, before this method returns.
     *
     * @throws LaunchException when nothing was started; nothing is left open then and the listener is never called
     */
    Terminal launch(TerminalCommand command, TerminalListener listener) throws LaunchException;
}
