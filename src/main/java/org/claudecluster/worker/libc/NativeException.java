package org.claudecluster.worker.libc;

/** A call into the C library that failed. */
public final class NativeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int errno;

    public NativeException(String function, int errno) {
        super(function + ": errno " + errno);
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
