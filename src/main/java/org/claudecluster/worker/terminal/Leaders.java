package org.claudecluster.worker.terminal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The leaders of live terminals: children whose reaping is their launcher's business and nobody else's. */
final class Leaders {
    private static final Set<Long> LIVE = ConcurrentHashMap.newKeySet();

    private Leaders() {}

    static void started(long pid) {
        LIVE.add(pid);
    }

    static void reaped(long pid) {
        LIVE.remove(pid);
    }

    static boolean contains(long pid) {
        return LIVE.contains(pid);
    }
}
