package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A shared database: the newest PostgreSQL that is supported. */
class Postgres18TaskStoreTest extends WalkedTaskStoreContract {

    private static AgroalDataSource database;

    @BeforeAll
    static void open() {
        database = PostgresServer.NEWEST.newDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Override
    DataSource dataSource() {
        return database;
    }
}
