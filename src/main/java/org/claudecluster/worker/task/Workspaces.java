package org.claudecluster.worker.task;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * The directories that this worker's tasks have left on this machine, and the HOME and the sessions that belong to each.
 * INVARIANT: of what can't be read nothing is removed; it is logged.
 */
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
        public Optional<TaskId> lastUser(TaskId owner) {
            return Optional.empty();
        }

        @Override
        public Set<TaskId> unsettled() {
            return Set.of();
        }

        @Override
        public void settleCrashed(TaskId owner, Optional<UUID> session) {}

        @Override
        public boolean remove(TaskId owner, BooleanSupplier unwanted) {
            return false;
        }

        @Override
        public boolean forget(TaskId owner, BooleanSupplier unwanted) {
            return false;
        }

        @Override
        public Set<UUID> sessions(TaskId owner) {
            return Set.of();
        }

        @Override
        public void forgetSessions(TaskId owner, Set<UUID> gone) {}

        @Override
        public void sweep() {}
    };

    /** Id of the data directory to which they belong; the same after a restart. */
    Optional<String> home();

    /** Whose directories are known here, each with the task that used it last. */
    Map<TaskId, TaskId> known();

    /** The task that used this one last; empty when nothing is known of it, or it can't be read. */
    Optional<TaskId> lastUser(TaskId owner);

    /** Directories that bear a task's name and of which no run has said what is in them: a crash's, or somebody else's. */
    Set<TaskId> unsettled();

    /**
     * Of an unsettled one what is but half a clone goes, and all else becomes known; a known one stays as it is.
     *
     * @param session the CLI's session that went on in it, where its files are here
     */
    void settleCrashed(TaskId owner, Optional<UUID> session);

    /**
     * Removes the directory; that there was one stays known.
     *
     * @param unwanted asked while no run can begin in it: false lets it stay
     * @return whether it is gone by this call
     */
    boolean remove(TaskId owner, BooleanSupplier unwanted);

    /** Removes the directory and what is known of it but for the sessions. */
    boolean forget(TaskId owner, BooleanSupplier unwanted);

    /** The CLI's sessions that went on in it. */
    Set<UUID> sessions(TaskId owner);

    /** These are no longer. */
    void forgetSessions(TaskId owner, Set<UUID> gone);

    /** Removes what a start has set aside; takes its time. */
    void sweep();
}
