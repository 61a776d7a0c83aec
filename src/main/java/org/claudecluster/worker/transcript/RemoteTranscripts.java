package org.claudecluster.worker.transcript;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.transcript.LiveTranscript.Window;

/**
 * Where viewers meet tasks that don't run in this process. However many watch a task, one looks: at the task and at the
 * log, several times a second while it runs, seldom while it waits, and no more once the last viewer has gone.
 */
public final class RemoteTranscripts {

    private final Transcripts transcripts;
    private final Function<TaskId, Optional<Task>> store;
    private final ConcurrentHashMap<TaskId, RemoteTranscript> watches = new ConcurrentHashMap<>();

    /**
     * Of tasks elsewhere.
     *
     * @param store finds a task; may throw {@link org.claudecluster.worker.task.store.StoreUnavailableException}
     */
    public RemoteTranscripts(Transcripts transcripts, Function<TaskId, Optional<Task>> store) {
        this.transcripts = transcripts;
        this.store = store;
    }

    /** The end of a watched task. */
    public sealed interface End {
        /** It is final, and all that it printed can be read. */
        record Final(Task task) implements End {}

        /** There is no such task any more. */
        record Removed() implements End {}
    }

    /** One viewer's part of a watch. */
    public interface Watching extends AutoCloseable {

        /** The records after a viewer's position, as far as they are known here. */
        Window after(long after, int maxBytes);

        /** The end. INVARIANT: who asks for it before the records finds all records once it is there. */
        Optional<End> end();

        @Override
        void close();
    }

    /**
     * Joins those who watch the task.
     *
     * @param after the viewer's position, which has seen all that the log held a moment ago
     * @param wake called when there is news; must return at once and never throw
     */
    public Watching watch(TaskId task, long after, Runnable wake) {
        RemoteTranscript joined = watches.compute(task, (_, current) -> {
            RemoteTranscript watch = current == null ? new RemoteTranscript(task, after, transcripts, store) : current;
            watch.join(wake);
            return watch;
        });
        joined.start();
        return new Watching() {
            @Override
            public Window after(long after, int maxBytes) {
                return joined.after(after, maxBytes);
            }

            @Override
            public Optional<End> end() {
                return joined.end();
            }

            @Override
            public void close() {
                watches.computeIfPresent(task, (_, watch) -> joined.leave(wake) && watch == joined ? null : watch);
            }
        };
    }

    /** How many tasks are watched now. */
    public int size() {
        return watches.size();
    }
}
