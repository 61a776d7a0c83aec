package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A shared database: the oldest PostgreSQL that is supported. */
class Postgres14TaskStoreTest extends TaskStoreContract {

    private static AgroalDataSource database;

    @BeforeAll
    static void open() {
        database = PostgresServer.OLDEST.newDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Override
    DataSource dataSource() {
        return database;
    }

    /** By night, as .ci/run --all asks for it: what a walk finds is seldom of one version only. */
    @Nested
    @EnabledIfSystemProperty(named = "store.walks", matches = "everywhere")
    class Walk extends WalkContract {
        @Override
        DataSource dataSource() {
            return Postgres14TaskStoreTest.this.dataSource();
        }
    }
}
