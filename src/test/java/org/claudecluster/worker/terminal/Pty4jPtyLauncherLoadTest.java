package org.claudecluster.worker.terminal;

import org.junit.jupiter.api.Timeout;

/**
 * Smaller numbers, since a terminal costs seven descriptors and three threads, and a launch forks the JVM. More are tried
 * with {@code -Dterminal.load=full}, as .ci/run does it. The 1,000 that a worker may have at most are for the other
 * launcher's test: here each fork copies what belongs to all of them, 20 times as slowly on one machine as on another.
 * The limit on time is there for what hangs.
 */
@Timeout(900)
class Pty4jPtyLauncherLoadTest extends PtyLauncherLoadContract {

    private static final boolean FULL = "full".equals(System.getProperty("terminal.load"));

    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.pty4j();
    }

    @Override
    int crowd() {
        return FULL ? 400 : 50;
    }

    @Override
    int spawns() {
        return FULL ? 2000 : 80;
    }
}
