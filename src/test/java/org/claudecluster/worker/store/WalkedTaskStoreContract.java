package org.claudecluster.worker.store;

import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;

/** All that is promised of a store, with random walks: for one database of each kind. */
abstract class WalkedTaskStoreContract extends TaskStoreContract {

    @Nested
    class Walk extends WalkContract {
        @Override
        DataSource dataSource() {
            return WalkedTaskStoreContract.this.dataSource();
        }
    }
}
