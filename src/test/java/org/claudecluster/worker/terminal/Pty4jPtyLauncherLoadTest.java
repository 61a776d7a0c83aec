package org.claudecluster.worker.terminal;

/**
 * Smaller numbers, since a terminal costs four descriptors and two threads, and a launch forks the JVM. The full ones are
 * tried with {@code -Dterminal.load=full}, as .ci/run does it.
 */
class Pty4jPtyLauncherLoadTest extends PtyLauncherLoadContract {

    private static final boolean FULL = "full".equals(System.getProperty("terminal.load"));

    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.pty4j();
    }

    @Override
    int crowd() {
        return FULL ? 1000 : 50;
    }

    @Override
    int spawns() {
        return FULL ? 2000 : 80;
    }
}
