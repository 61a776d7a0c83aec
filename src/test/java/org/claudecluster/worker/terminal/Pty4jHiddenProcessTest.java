package org.claudecluster.worker.terminal;

class Pty4jHiddenProcessTest extends HiddenProcessContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.pty4j();
    }

    @Override
    boolean withCgroups() {
        return false;
    }
}
