package org.claudecluster.worker.process.linux;

import java.util.Optional;

/**
 * One line of /proc/PID/stat.
 *
 * @param session id of the session, which is the pid of its leader
 * @param started clock ticks since boot; together with the pid it names a process for ever
 * @param bare whether the program was started with no environment at all
 */
public record ProcessStat(
        long pid, char state, long parent, long session, int threads, long started, boolean bare, Use use) {

    private static final long KTHREADD = 2;

    /** Counted from the state, the first field behind the name. */
    private static final int PARENT = 1;

    private static final int SESSION = 3;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int WAITED_USER_TICKS = 13;
    private static final int WAITED_SYSTEM_TICKS = 14;
    private static final int THREADS = 17;
    private static final int STARTED = 19;
    private static final int RESIDENT = 21;
    private static final int ENV_START = 47;
    private static final int ENV_END = 48;

    /**
     * The process's use of the machine.
     *
     * @param ticks CPU time of its own
     * @param waitedTicks CPU time of those of its children, and theirs, that ended and were waited for
     * @param residentPages memory; pages shared with others count for each
     */
    public record Use(long ticks, long waitedTicks, long residentPages) {
        public static final Use NONE = new Use(0, 0, 0);
    }

    /** Names a process for ever. */
    public record Key(long pid, long started) {}

    public Key key() {
        return new Key(pid, started);
    }

    /** A zombie; one with other threads is a living process whose first thread has ended. */
    public boolean dead() {
        return (state == 'Z' || state == 'X') && threads <= 1;
    }

    /** When its environment reads empty: whether that is for this moment only. */
    boolean betweenPrograms() {
        boolean kernelThread = pid == KTHREADD || parent == KTHREADD;
        return !dead() && !bare && !kernelThread;
    }

    /** Numbers are read from the bytes: this is done for every process on the machine, each second. */
    static Optional<ProcessStat> parse(long pid, byte[] line, int length) {
        int at = length - 1;
        // The name in parentheses may itself contain spaces and parentheses.
        while (at >= 0 && line[at] != ')') at--;
        if (at < 0 || at + 3 >= length) return Optional.empty();
        char state = (char) line[at + 2];
        long[] fields = new long[ENV_END + 1];
        int last = numbers(line, at + 4, length, fields);
        if (last < RESIDENT) return Optional.empty();
        Use use = new Use(
                fields[USER_TICKS] + fields[SYSTEM_TICKS],
                fields[WAITED_USER_TICKS] + fields[WAITED_SYSTEM_TICKS],
                fields[RESIDENT]);
        return Optional.of(new ProcessStat(
                pid,
                state,
                fields[PARENT],
                fields[SESSION],
                (int) fields[THREADS],
                fields[STARTED],
                fields[ENV_END] != 0 && fields[ENV_END] == fields[ENV_START],
                use));
    }

    /** Into the places from 1 on; returns the last one that was filled. Too large for a long wraps around. */
    private static int numbers(byte[] line, int from, int length, long[] fields) {
        int field = 0;
        int at = from;
        while (at < length && field + 1 < fields.length) {
            boolean negative = line[at] == '-';
            if (negative) at++;
            long value = 0;
            while (at < length && line[at] >= '0' && line[at] <= '9') value = value * 10 + line[at++] - '0';
            fields[++field] = negative ? -value : value;
            at++;
        }
        return field;
    }
}
