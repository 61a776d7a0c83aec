package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import java.nio.file.Path;
import java.time.Duration;
import javax.sql.DataSource;
import org.claudecluster.worker.store.database.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** While replicas are upgraded: a newer one has migrated, and this program goes on. */
class H2NextSchemaTest extends TaskStoreContract {

    @TempDir
    static Path directory;

    private static AgroalDataSource database;

    @BeforeAll
    static void open() {
        database = Databases.pool(Databases.h2(directory), "sa");
        Databases.schema(database, "classpath:db/next").migrate();
        Schema.prepare(database, Databases.schema(database), Duration.ZERO);
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
            return H2NextSchemaTest.this.dataSource();
        }
    }
}
