package org.claudecluster.worker.terminal;

class FfmPtyProcessTreeTest extends PtyProcessTreeContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.ffm();
    }
}
