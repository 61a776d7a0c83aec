package org.claudecluster.worker.terminal;

/** A call into the C library that failed. */
final class NativeFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int errno;

    NativeFailure(String function, int errno) {
        super(function + ": errno " + errno);
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
