package org.claudecluster.worker.exec;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.workspace.DirectoryUsers;
import org.claudecluster.worker.workspace.StaleLocks;

/**
 * Knows which tasks of this process work in a directory, and when one last did, so that git's locks can be removed
 * which a run has left whose processes are gone.
 *
 * <p>INVARIANT: a lock goes only while one task alone is in there, no process of this machine is, and the lock is of
 * the task's own attempts, of its chain, or of a run of this worker that has ended. Unknown is "in use".
 */
final class WorkDirectories {

    private static final int MOST_REMEMBERED = 1_000;
    private static final FileTime LONG_AGO = FileTime.fromMillis(0);

    private final InstantSource clock;
    private final Set<Use> uses = new HashSet<>();
    private final Map<Path, FileTime> ended = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, FileTime> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    WorkDirectories(InstantSource clock) {
        this.clock = clock;
    }

    /** To be closed when nothing of the run is left. */
    final class Use implements AutoCloseable {

        private final Task task;
        private final Path directory;

        private Use(Task task, Path directory) {
            this.task = task;
            this.directory = directory;
        }

        private boolean meets(Use other) {
            return directory.startsWith(other.directory) || other.directory.startsWith(directory);
        }

        /**
         * Removes what is stale before the program starts, and answers its names.
         *
         * @param ours something that this process has made
         */
        List<String> removeStaleLocks(Path ours) {
            if (!mayHaveSome(this)) {
                return List.of();
            }
            StaleLocks found = StaleLocks.in(directory, ours);
            return found.isEmpty() ? List.of() : removeIfAlone(this, found);
        }

        /** With what an attempt before or the task that it continues left; both are over. */
        private boolean isGoingOn() {
            return task.epoch() > 1 || task.spec().continues().isPresent();
        }

        @Override
        public void close() {
            leave(this);
        }
    }

    Use enter(Task task, Path directory) throws IOException {
        Use use = new Use(task, directory.toRealPath());
        synchronized (this) {
            uses.add(use);
        }
        return use;
    }

    /** Of a directory that is a task's own, only its chain ever works in it. */
    private synchronized void leave(Use use) {
        uses.remove(use);
        if (use.task.spec().workingDirectory().isPresent()) {
            ended.remove(use.directory);
            ended.put(use.directory, FileTime.from(clock.instant()));
        }
    }

    private synchronized boolean mayHaveSome(Use use) {
        return use.isGoingOn() || ended.containsKey(use.directory);
    }

    /** Who comes while this removes has not begun yet, so that none of its locks is among those found before. */
    private synchronized List<String> removeIfAlone(Use use, StaleLocks found) {
        boolean isAlone = uses.stream().noneMatch(other -> other != use && other.meets(use));
        StaleLocks left = use.isGoingOn() ? found : found.notAfter(ended.getOrDefault(use.directory, LONG_AGO));
        return isAlone && !left.isEmpty() && !DirectoryUsers.isUsed(use.directory, left.files())
                ? left.remove()
                : List.of();
    }
}
