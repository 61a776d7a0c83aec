package org.claudecluster.worker.watchdog;

import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.claudecluster.worker.claude.AgentEvent;
import org.claudecluster.worker.claude.BackgroundTasks;
import org.claudecluster.worker.claude.DialogScan;
import org.claudecluster.worker.claude.OpenTools;

/**
 * The signs of life that a terminal gives: written by the thread that reads it, read by the watchdog. Times are the
 * monotonic clock's.
 */
public final class RunActivity {

    private final LongSupplier nanos;
    private final long startedAt;
    private final OpenTools tools = new OpenTools();
    private final BackgroundTasks background = new BackgroundTasks();
    private final DialogScan dialogs = new DialogScan();
    private volatile long lastOutputAt;
    private volatile boolean silent = true;
    private volatile boolean inTool;
    private volatile boolean inBackground;
    private volatile OptionalLong resultAt = OptionalLong.empty();
    private volatile OptionalLong dialogAt = OptionalLong.empty();

    public RunActivity(LongSupplier nanos) {
        this.nanos = nanos;
        this.startedAt = nanos.getAsLong();
        this.lastOutputAt = startedAt;
    }

    /** Says whether these were the first bytes. */
    public boolean printed(byte[] bytes) {
        long now = nanos.getAsLong();
        boolean first = silent;
        lastOutputAt = now;
        silent = false;
        if (dialogs.sees(bytes)) {
            dialogAt = OptionalLong.of(now);
        }
        return first;
    }

    public void event(AgentEvent event) {
        inTool = tools.after(event);
        // Whoever goes on to work waits for nobody; several results in one process are normal.
        dialogAt = OptionalLong.empty();
        background.after(event);
        boolean atWork = background.anyOpen();
        boolean settled = inBackground && !atWork && resultAt.isPresent();
        resultAt = event.isResult() || settled ? OptionalLong.of(nanos.getAsLong()) : afterResult(event);
        // INVARIANT: after the time above, which the watchdog reads after this: else it took the result's own time.
        inBackground = atWork;
    }

    /** Only what begins another turn of the agent itself says that the result was not the last. */
    private OptionalLong afterResult(AgentEvent event) {
        boolean goesOn = (event.type().equals("assistant") && event.isOfMain())
                || event.subtype().equals("init");
        return goesOn ? OptionalLong.empty() : resultAt;
    }

    public long startedAt() {
        return startedAt;
    }

    /** Whether nothing has been printed yet. */
    boolean silent() {
        return silent;
    }

    long lastOutputAt() {
        return lastOutputAt;
    }

    /** Whether a tool is at work, as far as the agent has told. */
    boolean inTool() {
        return inTool;
    }

    /**
     * When the result was told, or the last work in the background ended that outlived it, while nothing new has begun
     * after it.
     */
    OptionalLong resultAt() {
        return resultAt;
    }

    /** Whether work in the background has outlived the result. */
    boolean inBackground() {
        return inBackground && resultAt.isPresent();
    }

    /** Since when a dialog may be waiting for a person. */
    OptionalLong dialogAt() {
        return dialogAt;
    }
}
