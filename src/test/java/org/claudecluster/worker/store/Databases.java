package org.claudecluster.worker.store;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;

/** Pools as the service has them, with the schema in the database. */
public final class Databases {

    private Databases() {}

    /** As the service opens it: by the very line of its settings. */
    public static String h2(Path dataDirectory) {
        String url = SETTINGS.getProperty("quarkus.datasource.embedded.jdbc.url");
        return url.replace("${worker.storage.data-dir}", dataDirectory.toString());
    }

    /** The file in which that is. */
    public static Path h2File(Path dataDirectory) {
        return dataDirectory.resolve("worker.mv.db");
    }

    private static final Properties SETTINGS = settings();

    private static Properties settings() {
        Properties settings = new Properties();
        try (Reader lines = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            settings.load(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return settings;
    }

    public static AgroalDataSource open(String url, String user) {
        AgroalDataSource pool = pool(url, user);
        schema(pool).migrate();
        return pool;
    }

    /** The migrations of this program, and more. */
    public static Flyway schema(AgroalDataSource pool, String... more) {
        String url = pool.getConfiguration()
                .connectionPoolConfiguration()
                .connectionFactoryConfiguration()
                .jdbcUrl();
        String own = url.startsWith("jdbc:h2:") ? "classpath:db/h2" : "classpath:db/postgresql";
        String[] locations = Stream.concat(Stream.of("classpath:db/migration", own), Arrays.stream(more))
                .toArray(String[]::new);
        return Flyway.configure().dataSource(pool).locations(locations).load();
    }

    public static AgroalDataSource pool(String url, String user) {
        return pool(url, user, "");
    }

    public static AgroalDataSource pool(String url, String user, String password) {
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
