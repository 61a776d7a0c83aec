package org.claudecluster.worker.terminal;

/** Smaller numbers: a terminal costs four descriptors and two threads, and a launch forks the JVM. */
class Pty4jPtyLauncherLoadTest extends PtyLauncherLoadContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.pty4j();
    }

    @Override
    int crowd() {
        return 200;
    }

    @Override
    int spawns() {
        return 300;
    }
}
