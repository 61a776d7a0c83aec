package org.claudecluster.worker.store;

import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;

/**
 * All that is promised of a store, but for the random walks: a database gets a subclass of this, or of
 * {@link WalkedTaskStoreContract}.
 */
abstract class TaskStoreContract {

    /** A data source with the schema in it, which lives as long as the test class. */
    abstract DataSource dataSource();

    @Nested
    class Enqueue extends EnqueueContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class ClaimAtOnce extends ClaimedAtOnceContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Claim extends ClaimContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Leasing extends LeaseContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Ends extends OutcomeContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Ledger extends LedgerContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Odd extends UnreadableContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Cancel extends CancelContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Tenants extends TenantContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Lists extends ListContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Pages extends PageContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class StateMachine extends StateMachineContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Retention extends RetentionContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Registry extends RegistryContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Turns extends TurnContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Places extends PlaceContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }

    @Nested
    class Requeues extends RequeueContract {
        @Override
        DataSource dataSource() {
            return TaskStoreContract.this.dataSource();
        }
    }
}
