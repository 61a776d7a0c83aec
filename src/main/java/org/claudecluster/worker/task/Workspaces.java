package org.claudecluster.worker.task;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The directories that this worker's tasks have left on this machine. */
public interface Workspaces {

    /** For workers that keep none. */
    Workspaces NONE = new Workspaces() {
        @Override
        public Optional<String> home() {
            return Optional.empty();
        }

        @Override
        public Map<TaskId, TaskId> known() {
            return Map.of();
        }

        @Override
        public Set<TaskId> unrecorded() {
            return Set.of();
        }

        @Override
        public void record(TaskId owner) {}

        @Override
        public void discard(TaskId owner) {}

        @Override
        public boolean remove(TaskId owner) {
            return false;
        }

        @Override
        public void forget(TaskId owner) {}
    };

    /** Id of the data directory to which they belong; the same after a restart. */
    Optional<String> home();

    /** Whose directories are known here, each with the task that used it last. */
    Map<TaskId, TaskId> known();

    /** Directories that bear a task's name and of which nothing is known: a crash's, or somebody else's. */
    Set<TaskId> unrecorded();

    /** Makes an unrecorded one known; of a known one nothing changes. */
    void record(TaskId owner);

    /** Removes an unrecorded one; a known one stays. */
    void discard(TaskId owner);

    /** Removes the directory; that there was one stays known. False when it was not there any more. */
    boolean remove(TaskId owner);

    /** Removes the directory and what is known of it. */
    void forget(TaskId owner);
}
