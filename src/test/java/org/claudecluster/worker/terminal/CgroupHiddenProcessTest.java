package org.claudecluster.worker.terminal;

/** Where no cgroup can be made this is the same as without: the brand does it. */
class CgroupHiddenProcessTest extends HiddenProcessContract {
    @Override
    PtyLauncher launcher() {
        return PtyLaunchers.ffm();
    }

    @Override
    boolean withCgroups() {
        return true;
    }
}
