package org.claudecluster.worker.libc;

import java.lang.foreign.Arena;
import java.util.LinkedHashSet;
import java.util.Set;

/** The descriptors a launch has opened; closing this closes those which nobody has taken over. */
public final class OpenFds implements AutoCloseable {
    /** INVARIANT: above every descriptor that the child is given, else its dup2 calls would overwrite one another. */
    private static final int LOWEST_SOURCE = 10;

    private final Set<Integer> open = new LinkedHashSet<>();

    public int add(int fd) {
        open.add(fd);
        return fd;
    }

    /** Adds {@code fd}, or a duplicate which may be given to a child by dup2. */
    public int addSource(Arena arena, int fd) throws NativeException {
        add(fd);
        return fd >= LOWEST_SOURCE ? fd : add(Libc.duplicateFrom(arena, fd, LOWEST_SOURCE));
    }

    /** From now on someone else's to close. */
    public void release(int fd) {
        open.remove(fd);
    }

    @Override
    public void close() {
        open.forEach(Libc::close);
        open.clear();
    }
}
