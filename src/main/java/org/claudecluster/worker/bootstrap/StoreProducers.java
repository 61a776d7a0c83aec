package org.claudecluster.worker.bootstrap;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.flyway.FlywayDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import org.claudecluster.worker.config.StorageConfig;
import org.claudecluster.worker.config.WorkerConfig;
import org.claudecluster.worker.lifecycle.LifecycleTimes;
import org.claudecluster.worker.store.JdbcTaskStore;
import org.claudecluster.worker.store.TableTranscriptLog;
import org.claudecluster.worker.store.database.Database;
import org.claudecluster.worker.store.database.Reserve;
import org.claudecluster.worker.store.database.Schema;
import org.claudecluster.worker.transcript.FileTranscriptLog;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.flywaydb.core.Flyway;

/** One of two stores: an embedded file, or the PostgreSQL of {@code worker.storage.jdbc-url}. */
@ApplicationScoped
class StoreProducers {

    /**
     * An inactive data source must not even be looked at, so both are asked for by the one who knows.
     *
     * @param checked asked for so that it is made, or refused, before the store is changed
     */
    @Produces
    @Singleton
    Database database(
            StorageConfig storage,
            LifecycleTimes checked,
            @DataSource("embedded") InjectableInstance<AgroalDataSource> embedded,
            @DataSource("shared") InjectableInstance<AgroalDataSource> shared,
            @FlywayDataSource("embedded") InjectableInstance<Flyway> embeddedSchema,
            @FlywayDataSource("shared") InjectableInstance<Flyway> sharedSchema) {
        if (isShared(storage)) {
            AgroalDataSource pool = shared.get();
            Schema.prepare(pool, sharedSchema.get(), storage.patience());
            // Connections in use find out by themselves; one failed write must not cut off others.
            return database(pool, true, AgroalDataSource.FlushMode.GRACEFUL);
        }
        AgroalDataSource pool = embedded.get();
        Schema.prepare(pool, embeddedSchema.get(), Duration.ZERO);
        return database(pool, false, AgroalDataSource.FlushMode.ALL);
    }

    private static Database database(AgroalDataSource pool, boolean isShared, AgroalDataSource.FlushMode afterFailure) {
        AgroalDataSource renewals = Reserve.beside(pool);
        return new Database(pool, renewals, isShared, () -> {
            pool.flush(afterFailure);
            renewals.flush(afterFailure);
        });
    }

    /** The pool is closed by who made it. */
    void close(@Disposes Database database) {
        if (database.renewals() instanceof AgroalDataSource renewals) {
            renewals.close();
        }
    }

    @Produces
    @Singleton
    JdbcTaskStore store(Database database, WorkerConfig worker) {
        return new JdbcTaskStore(database, worker.queue().ageing());
    }

    @Produces
    @Singleton
    TranscriptLog transcriptLog(StorageConfig storage, Database database) {
        if (database.isShared()) {
            return new TableTranscriptLog(database.connections(), database.afterFailure());
        }
        Path data = storage.dataDir().toAbsolutePath().normalize();
        return new FileTranscriptLog(data.resolve("transcripts"));
    }

    private static boolean isShared(StorageConfig storage) {
        return storage.jdbcUrl().filter(url -> !url.isBlank()).isPresent();
    }
}
