package org.claudecluster.worker.terminal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.claudecluster.worker.libc.NativeException;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.terminal.TerminalReader.Stop;
import org.claudecluster.worker.terminal.TerminalReader.Turn;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Watches many terminals on one platform thread.
 *
 * <p>INVARIANT: one loop alone reads, reaps and closes a given terminal, so a descriptor or a process id is never used
 * after it was given back.
 */
final class TerminalLoop {
    private static final Logger LOG = Logger.getLogger(TerminalLoop.class);
    private static final Channel[] CHANNELS = Channel.values();
    // A key is a slot and what of it: a channel, or the leader.
    private static final int KEY_BITS = 2;
    private static final int OUTPUT = 0;
    private static final int ERROR = 1;
    private static final int LEADER = 2;
    private static final int WHAT = 3;
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private final Epoll epoll = new Epoll();
    private final TerminalReader reader = new TerminalReader();
    // Bounded by the launches: each adds one and cannot be faster than its spawn.
    private final Queue<FfmTerminal> arrivals = new ConcurrentLinkedQueue<>();
    // Bounded by the terminals: each is named once at most.
    private final Set<FfmTerminal> askedAgain = ConcurrentHashMap.newKeySet();
    private final List<@Nullable Watched> slots = new ArrayList<>();
    private final Deque<Integer> freeSlots = new ArrayDeque<>();
    private final List<Watched> ended = new ArrayList<>();

    /** A terminal and the place by which events name it. */
    private static final class Watched {
        final FfmTerminal terminal;
        final int slot;
        final EnumMap<Channel, Integer> interests = new EnumMap<>(Channel.class);
        final EnumSet<Channel> hungUp = EnumSet.noneOf(Channel.class);
        boolean held;

        Watched(FfmTerminal terminal, int slot) {
            this.terminal = terminal;
            this.slot = slot;
        }

        long key(Channel channel) {
            return (long) slot << KEY_BITS
                    | switch (channel) {
                        case Channel.OUTPUT -> OUTPUT;
                        case Channel.ERROR -> ERROR;
                    };
        }

        long leaderKey() {
            return (long) slot << KEY_BITS | LEADER;
        }

        /**
         * A leader may close its terminal and run on, even open it again through /dev/tty. While nobody has it open the
         * master is ready without end, so it is then watched for changes only.
         */
        int interest(Channel channel) {
            if (held) return Epoll.NOTHING;
            return hungUp.contains(channel) ? Epoll.READABLE_EDGE : Epoll.READABLE;
        }
    }

    static TerminalLoop start(int number) {
        TerminalLoop loop = new TerminalLoop();
        Thread.ofPlatform().daemon().name("terminal-loop-" + number).start(loop::run);
        return loop;
    }

    /** From any thread. */
    void add(FfmTerminal terminal) {
        arrivals.add(terminal);
        epoll.wakeUp();
    }

    /** From any thread: asks the listener again whether it wants output. */
    void readOn(FfmTerminal terminal) {
        if (askedAgain.add(terminal)) epoll.wakeUp();
    }

    private void run() {
        while (true) {
            try {
                turn();
            } catch (Throwable e) {
                LOG.error("a turn of the terminal loop failed", e);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            }
        }
    }

    // INVARIANT: newcomers get their slots after all events were handled: a late event never names a slot's next owner.
    private void turn() throws NativeException {
        int count = epoll.await();
        ended.clear();
        for (int i = 0; i < count; i++) {
            long key = epoll.key(i);
            if (key != Epoll.WAKE) handle(key);
        }
        // Last, so that what was written before the end is heard in its order, and not channel by channel.
        ended.forEach(this::leaderEnded);
        for (FfmTerminal next = arrivals.poll(); next != null; next = arrivals.poll()) {
            admit(next);
        }
        if (!askedAgain.isEmpty()) readOnWhereWanted();
    }

    // INVARIANT: it leaves the set before its listener is asked, so that a call that comes meanwhile asks once more.
    private void readOnWhereWanted() throws NativeException {
        for (Watched watched : slots) {
            if (watched != null && askedAgain.remove(watched.terminal)) askAgain(watched);
        }
        askedAgain.removeIf(terminal -> !terminal.alive());
    }

    private void admit(FfmTerminal terminal) {
        Integer free = freeSlots.poll();
        Watched watched = new Watched(terminal, free != null ? free : slots.size());
        if (free != null) slots.set(free, watched);
        else slots.add(watched);
        try {
            epoll.add(terminal.pidfd(), Epoll.READABLE, watched.leaderKey());
            for (Channel channel : CHANNELS) {
                epoll.add(terminal.master(channel), Epoll.READABLE, watched.key(channel));
                watched.interests.put(channel, Epoll.READABLE);
            }
        } catch (NativeException e) {
            LOG.errorf("terminal %d cannot be watched and is killed: %s", terminal.pid(), e.getMessage());
            finish(watched, terminal.endNow());
        }
    }

    private void handle(long key) throws NativeException {
        Watched watched = slots.get((int) (key >>> KEY_BITS));
        if (watched == null) return; // it could not be watched
        int what = (int) key & WHAT;
        if (what == LEADER) ended.add(watched);
        else masterReady(watched, what == OUTPUT ? Channel.OUTPUT : Channel.ERROR);
    }

    private void masterReady(Watched watched, Channel channel) throws NativeException {
        if (watched.held) return; // a hang-up, of which the next read will tell
        Turn turn = reader.read(watched.terminal, channel);
        if (turn.stop() == Stop.HUNG_UP) watched.hungUp.add(channel);
        else watched.hungUp.remove(channel);
        watch(watched);
    }

    /** A terminal that is no longer held is reported at once if there is something to read. */
    private void askAgain(Watched watched) throws NativeException {
        if (watched.held) watch(watched);
    }

    private void watch(Watched watched) throws NativeException {
        watched.held = !TerminalReader.wantsOutput(watched.terminal);
        for (Channel channel : CHANNELS) {
            Integer interest = watched.interest(channel);
            if (interest.equals(watched.interests.put(channel, interest))) continue;
            epoll.modify(watched.terminal.master(channel), interest, watched.key(channel));
        }
    }

    private void leaderEnded(Watched watched) {
        watched.terminal.reap().ifPresent(exit -> finish(watched, exit));
    }

    /**
     * The kernel hands over what it still buffers before it answers that there is nothing, so after the leader's death
     * one read to the end of each channel is all that it wrote; others who keep one open are not waited for. Errors come
     * last: they are mostly about what was printed before.
     */
    private void finish(Watched watched, ProcessExit exit) {
        FfmTerminal terminal = watched.terminal;
        for (Channel channel : CHANNELS) {
            Turn _ = reader.read(terminal, channel);
            epoll.remove(terminal.master(channel));
        }
        epoll.remove(terminal.pidfd());
        terminal.close();
        slots.set(watched.slot, null);
        freeSlots.push(watched.slot);
        try {
            terminal.listener().exited(exit);
        } catch (Throwable e) {
            TerminalReader.logListener(terminal, e);
        }
    }
}
