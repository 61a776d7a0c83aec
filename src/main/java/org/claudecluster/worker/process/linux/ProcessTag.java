package org.claudecluster.worker.process.linux;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run's number, worn by its processes as their limit of file locks (RLIMIT_LOCKS). The kernel has not looked at that
 * limit since 2.4.25, but hands it on over fork, exec, setsid and a cleared environment, shows it to everybody, and lets
 * none without a capability raise it again.
 *
 * @param value 62 bits, of which the first 14 say that it is a brand
 */
public record ProcessTag(long value) {

    private static final int HASH_BITS = 48;
    private static final long SIGN = 0x2C1DL;
    private static final String LINE = "Max file locks";
    private static final Pattern VALUES = Pattern.compile("\\s+(\\S+)\\s+(\\S+)");
    private static final int SOFT = 1;
    private static final int HARD = 2;
    /** One that a long surely holds; the first 14 bits leave no brand above. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}|[1-4]\\d{18}");

    private static final Object BIRTH = new Object();

    public ProcessTag {
        if (!isBrand(value)) throw new IllegalArgumentException("no brand: " + value);
    }

    /** INVARIANT: the same for the same run in every version: a worker looks for what its predecessor branded. */
    public static ProcessTag of(String run) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(run.getBytes(StandardCharsets.UTF_8));
            return new ProcessTag(SIGN << HASH_BITS | ByteBuffer.wrap(hash).getLong() >>> (Long.SIZE - HASH_BITS));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** From the text of /proc/PID/limits: its hard limit of file locks, when that is a brand. */
    public static Optional<ProcessTag> in(String limits) {
        return in(limits, HARD);
    }

    /** The soft one, which a child has from {@link #onBirth} until it is branded, and what it starts before that for good. */
    public static Optional<ProcessTag> ofBirthIn(String limits) {
        return in(limits, SOFT);
    }

    private static Optional<ProcessTag> in(String limits, int column) {
        int line = limits.indexOf(LINE);
        if (line < 0) return Optional.empty();
        int end = limits.indexOf('\n', line);
        Matcher values = VALUES.matcher(limits).region(line + LINE.length(), end < 0 ? limits.length() : end);
        if (!values.lookingAt() || !NUMBER.matcher(values.group(column)).matches()) return Optional.empty();
        long value = Long.parseLong(values.group(column));
        return isBrand(value) ? Optional.of(new ProcessTag(value)) : Optional.empty();
    }

    /** Starts a process. */
    public interface Birth<E extends Exception> {
        long run() throws E;
    }

    /**
     * Starts a process that wears the brand from its first moment on: lent by us as our own soft limit, which children
     * inherit. So nothing else of ours is started at that very moment ({@link #besideBirths}).
     */
    public <E extends Exception> long onBirth(Birth<E> birth) throws E {
        synchronized (BIRTH) {
            LinuxProcesses.FileLocks own = LinuxProcesses.fileLocks();
            boolean lent = LinuxProcesses.limitFileLocks(ProcFs.SELF, new LinuxProcesses.FileLocks(value, own.hard()));
            try {
                long pid = birth.run();
                boolean _ = press(pid);
                return pid;
            } finally {
                if (lent) {
                    boolean _ = LinuxProcesses.limitFileLocks(ProcFs.SELF, own);
                }
            }
        }
    }

    /** Starts a process that no run lends its brand to. */
    interface Start<E extends Exception> {
        Process run() throws E;
    }

    /** INVARIANT: what the worker starts for itself is not born while its own soft limit is some run's brand. */
    static <E extends Exception> Process besideBirths(Start<E> start) throws E {
        synchronized (BIRTH) {
            return start.run();
        }
    }

    /** Says whether that came off; it does, too, with one who wears it. */
    public boolean press(long pid) {
        return LinuxProcesses.limitFileLocks(pid, new LinuxProcesses.FileLocks(value, value));
    }

    /** Says whether the process wears it now: who changed its user was born with it, and takes none from us. */
    public boolean putOn(long pid) {
        return press(pid) || isOn(pid);
    }

    private boolean isOn(long pid) {
        return ProcFs.brand(pid).filter(this::equals).isPresent();
    }

    private static boolean isBrand(long value) {
        return value >>> HASH_BITS == SIGN;
    }
}
