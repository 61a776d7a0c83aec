package org.claudecluster.worker.terminal;

class Pty4jPtyProcessTreeTest extends PtyProcessTreeContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.pty4j();
    }
}
