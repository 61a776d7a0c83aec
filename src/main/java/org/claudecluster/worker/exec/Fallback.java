package org.claudecluster.worker.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/**
 * Decides whether {@code auto} may let the stub stand in for a CLI that is not there: to try the worker out, never on a
 * queue that others share, and never where the CLI has run tasks before, whose queue it would "complete".
 */
public final class Fallback {

    private static final Logger LOG = Logger.getLogger(Fallback.class);
    private static final Path NOWHERE = Path.of("");

    private final boolean isOwnQueue;
    private final Path note;
    private boolean cliWasThere;

    private Fallback(boolean isOwnQueue, Path note) {
        this.isOwnQueue = isOwnQueue;
        this.note = note;
        // What can't be looked at may be there.
        this.cliWasThere = !note.equals(NOWHERE) && !Files.notExists(note);
    }

    /** For a queue that is nobody else's; the note beside it outlives the process. */
    public static Fallback ofOwnQueue(Path note) {
        return new Fallback(true, note);
    }

    /** For a queue that workers share. */
    public static Fallback ofSharedQueue() {
        return new Fallback(false, NOWHERE);
    }

    boolean isAllowed() {
        return isOwnQueue && !cliWasThere;
    }

    /** From now on, and after a restart, the stub stands in no more. */
    void end() {
        if (cliWasThere) {
            return;
        }
        cliWasThere = true;
        if (isOwnQueue) {
            write();
        }
    }

    private void write() {
        try {
            Files.createDirectories(note.toAbsolutePath().getParent());
            Files.writeString(note, "The CLI has run here: auto waits for it, and does not fall back to the stub.\n");
        } catch (IOException e) {
            LOG.warnf("a restart without the CLI would run the stub, since %s can't be written: %s", note, e);
        }
    }

    /** Why there is none, as the end of a sentence. */
    String whyNot() {
        return isOwnQueue
                ? "the CLI has run tasks of this data directory, so auto waits for it; EXECUTOR_TYPE=stub would simulate them"
                : "the queue is shared, so auto leaves its tasks to others; EXECUTOR_TYPE=stub would simulate them";
    }
}
