package org.claudecluster.worker.terminal;

class FfmHiddenProcessTest extends HiddenProcessContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.ffm();
    }

    @Override
    boolean withCgroups() {
        return false;
    }
}
