package org.claudecluster.worker.process.linux;

/**
 * How a terminal's leader ended. The ffm launcher reports what the kernel says. The pty4j launcher is told only one
 * number in which signal {@code n} reads {@code 128 + n}: there, 129 to 159 is reported as a signal.
 */
public sealed interface ProcessExit {
    /**
     * It ended by itself.
     *
     * @param code 0 to 255
     */
    record Exited(int code) implements ProcessExit {
        public Exited {
            if (code < 0 || code > 255) throw new IllegalArgumentException("code must be 0 to 255: " + code);
        }
    }

    /**
     * A signal ended it.
     *
     * @param signal the platform's number, 1 to 127
     */
    record Signalled(int signal) implements ProcessExit {
        public Signalled {
            if (signal < 1 || signal > 127) throw new IllegalArgumentException("signal must be 1 to 127: " + signal);
        }
    }
}
