package org.claudecluster.worker.terminal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * A run's number, worn by its processes as their limit of file locks (RLIMIT_LOCKS). The kernel has not looked at that
 * limit since 2.4.25, but hands it on over fork, exec, setsid and a cleared environment, shows it to everybody, and lets
 * none without a capability raise it again.
 *
 * @param value 62 bits, of which the first 14 say that it is a brand
 */
record Brand(long value) {

    private static final int HASH_BITS = 48;
    private static final long SIGN = 0x2C1DL;
    private static final String LINE = "Max file locks";

    Brand {
        if (!isBrand(value)) throw new IllegalArgumentException("no brand: " + value);
    }

    /** INVARIANT: the same for the same run in every version: a worker looks for what its predecessor branded. */
    static Brand of(String run) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(run.getBytes(StandardCharsets.UTF_8));
            return new Brand(SIGN << HASH_BITS | ByteBuffer.wrap(hash).getLong() >>> Long.SIZE - HASH_BITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** From the text of /proc/PID/limits: its hard limit of file locks, when that is a brand. */
    static Optional<Brand> in(String limits) {
        int line = limits.indexOf(LINE);
        if (line < 0) return Optional.empty();
        int end = limits.indexOf('\n', line);
        String[] values = limits.substring(line + LINE.length(), end < 0 ? limits.length() : end)
                .strip()
                .split("\\s+", 3);
        if (values.length < 2 || !values[1].matches("\\d{1,18}|[1-4]\\d{18}")) return Optional.empty();
        long hard = Long.parseLong(values[1]);
        return isBrand(hard) ? Optional.of(new Brand(hard)) : Optional.empty();
    }

    /** Says whether the process wears it now. */
    boolean putOn(long pid) {
        return LinuxProcesses.limitFileLocks(pid, value)
                && ProcFs.brand(pid).filter(this::equals).isPresent();
    }

    private static boolean isBrand(long value) {
        return value >>> HASH_BITS == SIGN;
    }
}
