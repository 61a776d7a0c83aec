package org.claudecluster.worker.lifecycle;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.claudecluster.worker.task.Sessions;

/** All sessions are there until they are removed. */
public final class RemovedSessions implements Sessions {

    public final Set<UUID> removed = ConcurrentHashMap.newKeySet();

    @Override
    public boolean reaches(UUID session) {
        return !removed.contains(session);
    }

    @Override
    public void remove(UUID session) {
        removed.add(session);
    }
}
