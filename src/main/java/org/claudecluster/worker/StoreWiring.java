package org.claudecluster.worker;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.flyway.FlywayDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.store.Database;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.store.Schema;
import org.claudecluster.worker.store.TableTranscriptLog;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.flywaydb.core.Flyway;

/** One of two stores: an embedded file, or the PostgreSQL of {@code worker.storage.jdbc-url}. */
@ApplicationScoped
class StoreWiring {

    /** An inactive data source must not even be looked at, so both are asked for by the one who knows. */
    @Produces
    @Singleton
    Database database(
            StorageConfig storage,
            @DataSource("embedded") InjectableInstance<AgroalDataSource> embedded,
            @DataSource("shared") InjectableInstance<AgroalDataSource> shared,
            @FlywayDataSource("embedded") InjectableInstance<Flyway> embeddedSchema,
            @FlywayDataSource("shared") InjectableInstance<Flyway> sharedSchema) {
        if (isShared(storage)) {
            AgroalDataSource pool = shared.get();
            Schema.prepare(pool, sharedSchema.get(), storage.patience());
            // Connections in use find out by themselves; one failed write must not cut off others.
            return new Database(pool, true, () -> pool.flush(AgroalDataSource.FlushMode.GRACEFUL));
        }
        AgroalDataSource pool = embedded.get();
        Schema.prepare(pool, embeddedSchema.get(), Duration.ZERO);
        return new Database(pool, false, () -> pool.flush(AgroalDataSource.FlushMode.ALL));
    }

    @Produces
    @Singleton
    JdbcTaskStore store(Database database) {
        return new JdbcTaskStore(database.connections(), database.afterFailure());
    }

    @Produces
    @Singleton
    TranscriptLog transcriptLog(StorageConfig storage, Database database) {
        if (database.isShared()) {
            return new TableTranscriptLog(database.connections());
        }
        Path data = storage.dataDir().toAbsolutePath().normalize();
        return new FileTranscriptLog(data.resolve("transcripts"));
    }

    private static boolean isShared(StorageConfig storage) {
        return storage.jdbcUrl().filter(url -> !url.isBlank()).isPresent();
    }
}
