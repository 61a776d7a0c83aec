package org.claudecluster.worker.store;

import javax.sql.DataSource;

class GroupCommitTest extends CommitsContract {

    @Override
    Commits open(DataSource pool) {
        return new GroupCommit(pool);
    }
}
