package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
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
        schema(pool).migrate();
        return pool;
    }

    /** The migrations of this program, and more. */
    static Flyway schema(AgroalDataSource pool, String... more) {
        String url = pool.getConfiguration()
                .connectionPoolConfiguration()
                .connectionFactoryConfiguration()
                .jdbcUrl();
        String own = url.startsWith("jdbc:h2:") ? "classpath:db/h2" : "classpath:db/postgresql";
        String[] locations = Stream.concat(Stream.of("classpath:db/migration", own), Arrays.stream(more))
                .toArray(String[]::new);
        return Flyway.configure().dataSource(pool).locations(locations).load();
    }

    static AgroalDataSource pool(String url, String user) {
        return pool(url, user, "");
    }

    static AgroalDataSource pool(String url, String user, String password) {
        try {
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool -> pool.initialSize(0)
                            .minSize(0)
                            .maxSize(8)
                            .acquisitionTimeout(Duration.ofSeconds(10))
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url)
                                    .principal(new NamePrincipal(user))
                                    .credential(new SimplePassword(password)))));
        } catch (SQLException e) {
            throw new IllegalStateException("no pool for " + url, e);
        }
    }
}
