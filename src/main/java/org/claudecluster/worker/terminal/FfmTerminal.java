package org.claudecluster.worker.terminal;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Optional;
import org.claudecluster.worker.libc.Libc;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.process.linux.PosixProcesses;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.process.linux.SessionLeaders;
import org.claudecluster.worker.process.linux.Signal;
import org.jboss.logging.Logger;

/** A terminal of the ffm launcher, which is two: one for each channel. Its {@link TerminalLoop} alone reads, reaps and closes it. */
final class FfmTerminal implements Terminal {
    private static final Logger LOG = Logger.getLogger(FfmTerminal.class);

    private final long pid;
    private final Masters masters;
    private final int pidfd;
    private final TerminalListener listener;
    private final TerminalLoop loop;
    private final Object lock = new Object();
    private boolean reaped;
    private Optional<Duration> cpu = Optional.empty();

    /** The descriptors from which the two channels are read. */
    record Masters(int output, int error) {
        int of(Channel channel) {
            return switch (channel) {
                case OUTPUT -> output;
                case ERROR -> error;
            };
        }
    }

    FfmTerminal(long pid, Masters masters, int pidfd, TerminalListener listener, TerminalLoop loop) {
        this.loop = loop;
        this.pid = pid;
        this.masters = masters;
        this.pidfd = pidfd;
        this.listener = listener;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public boolean alive() {
        synchronized (lock) {
            return !reaped;
        }
    }

    @Override
    public boolean signal(Signal signal) {
        synchronized (lock) {
            return !reaped && PosixProcesses.kill(-pid, signal.number());
        }
    }

    @Override
    public void resize(TerminalSize size) {
        synchronized (lock) {
            if (reaped) return;
            try (Arena arena = Arena.ofConfined()) {
                PtyDevice.resize(arena, masters.output(), size);
                // Last, since this one tells the programs: by then both have their size.
                PtyDevice.resize(arena, masters.error(), size);
            } catch (NativeException e) {
                LOG.warnf("terminal %d keeps its size: %s", pid, e.getMessage());
            }
        }
    }

    @Override
    public Optional<Duration> cpu() {
        synchronized (lock) {
            return cpu;
        }
    }

    @Override
    public void readOn() {
        loop.readOn(this);
    }

    int master(Channel channel) {
        return masters.of(channel);
    }

    int pidfd() {
        return pidfd;
    }

    TerminalListener listener() {
        return listener;
    }

    /**
     * INVARIANT: under the lock of {@link #signal}: from the moment of reaping the kernel may give the number away.
     *
     * @return how the leader ended, or empty when it still runs
     */
    Optional<ProcessExit> reap() {
        synchronized (lock) {
            Optional<ProcessExit> exit;
            try {
                Optional<PosixProcesses.Reaped> end = PosixProcesses.reap(pid);
                cpu = end.map(PosixProcesses.Reaped::cpu);
                exit = end.map(PosixProcesses.Reaped::exit);
            } catch (NativeException e) {
                LOG.warnf("the end of process %d was taken by someone else (%s)", pid, e.getMessage());
                exit = Optional.of(new ProcessExit.Exited(255));
            }
            reaped = exit.isPresent();
            if (reaped) SessionLeaders.reaped(pid);
            return exit;
        }
    }

    /** Kills the leader and waits for it: for a terminal which nobody could watch. */
    ProcessExit endNow() {
        synchronized (lock) {
            PosixProcesses.kill(-pid, Signal.KILL.number());
            reaped = true;
            SessionLeaders.reaped(pid);
            try {
                PosixProcesses.Reaped end = PosixProcesses.reapKilled(pid);
                cpu = Optional.of(end.cpu());
                return end.exit();
            } catch (NativeException e) {
                return new ProcessExit.Signalled(Signal.KILL.number());
            }
        }
    }

    /** INVARIANT: after {@link #reap}, so that nobody resizes a descriptor that is someone else's by now. */
    void close() {
        Libc.close(masters.output());
        Libc.close(masters.error());
        Libc.close(pidfd);
    }
}
