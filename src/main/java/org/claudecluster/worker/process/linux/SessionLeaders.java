package org.claudecluster.worker.process.linux;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The leaders of live terminals: children whose reaping is their launcher's business and nobody else's. */
public final class SessionLeaders {
    private static final Set<Long> LIVE = ConcurrentHashMap.newKeySet();

    private SessionLeaders() {}

    public static void started(long pid) {
        LIVE.add(pid);
    }

    public static void reaped(long pid) {
        LIVE.remove(pid);
    }

    public static boolean contains(long pid) {
        return LIVE.contains(pid);
    }
}
