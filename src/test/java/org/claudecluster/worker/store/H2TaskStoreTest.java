package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The embedded database: an H2 file. */
class H2TaskStoreTest extends WalkedTaskStoreContract {

    @TempDir
    static Path directory;

    private static AgroalDataSource database;

    @BeforeAll
    static void open() {
        database = Databases.open(Databases.h2(directory), "sa");
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
