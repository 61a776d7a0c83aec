package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.flywaydb.core.Flyway;

/** Pools as the service has them, with the schema in the database. */
final class Databases {

    private Databases() {}

    /** As the service is to open it; {@code async:} because an interrupted reader would close a plain file for all. */
    static String h2(Path directory) {
        return "jdbc:h2:async:" + directory.resolve("tasks")
                + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;QUERY_CACHE_SIZE=64";
    }

    static AgroalDataSource open(String url, String user) {
        AgroalDataSource pool = pool(url, user);
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return pool;
    }

    private static AgroalDataSource pool(String url, String user) {
        try {
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool -> pool.initialSize(1)
                            .minSize(1)
                            .maxSize(8)
                            .acquisitionTimeout(Duration.ofSeconds(10))
                            .connectionFactoryConfiguration(
                                    factory -> factory.jdbcUrl(url).principal(new NamePrincipal(user)))));
        } catch (SQLException e) {
            throw new IllegalStateException("no pool for " + url, e);
        }
    }
}
