package org.claudecluster.worker.store;

import javax.sql.DataSource;

class OwnCommitsTest extends CommitsContract {

    @Override
    Commits open(DataSource pool) {
        return new OwnCommits(pool);
    }
}
