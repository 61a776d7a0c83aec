package org.claudecluster.worker.terminal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Long-lived platform threads which launch for callers of any kind: a virtual thread that launched by itself would hold
 * on to its carrier, and a few of them would stop all others.
 */
final class LaunchThreads {
    // Its queue is bounded by the callers: each waits for its launch, and resizes come one by one from a person.
    private final ExecutorService threads;

    /** A launch, which is done on such a thread. */
    interface Launch {
        Terminal run() throws LaunchException;
    }

    private sealed interface Outcome {}

    private record Started(Terminal terminal) implements Outcome {}

    private record Failed(LaunchException reason) implements Outcome {}

    LaunchThreads(String name, int count) {
        threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    }

    /** Waits for the launch; an interrupt does not end the wait, else a terminal could start that nobody knows of. */
    Terminal launch(Launch launch) throws LaunchException {
        return switch (CompletableFuture.supplyAsync(() -> attempt(launch), threads)
                .join()) {
            case Started(Terminal terminal) -> terminal;
            case Failed(LaunchException reason) -> throw reason;
        };
    }

    /** Does not wait. */
    void execute(Runnable task) {
        threads.execute(task);
    }

    private static Outcome attempt(Launch launch) {
        try {
            return new Started(launch.run());
        } catch (LaunchException e) {
            return new Failed(e);
        }
    }
}
