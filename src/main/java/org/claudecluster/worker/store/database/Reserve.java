package org.claudecluster.worker.store.database;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalPoolInterceptor;
import io.agroal.api.cache.ConnectionCache;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration;
import io.agroal.api.configuration.supplier.AgroalConnectionPoolConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Connections beside a pool, to the same database and in the same way, which nobody of the pool's users can use up. */
public final class Reserve {

    private Reserve() {}

    /** One connection, made when it is first asked for. It is the caller's to close. */
    public static AgroalDataSource beside(AgroalDataSource pool) {
        try {
            return open(pool, 1);
        } catch (SQLException e) {
            throw StoreFailures.refusal(e);
        }
    }

    interface Preparation {
        void of(Connection connection) throws SQLException;
    }

    /** As many as the pool may have, each prepared when it is made. */
    static AgroalDataSource beside(AgroalDataSource pool, Preparation preparation) throws SQLException {
        AgroalDataSource reserve =
                open(pool, pool.getConfiguration().connectionPoolConfiguration().maxSize());
        reserve.setPoolInterceptors(List.of(new AgroalPoolInterceptor() {
            @Override
            public void onConnectionCreate(Connection connection) {
                try {
                    preparation.of(connection);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        }));
        return reserve;
    }

    private static AgroalDataSource open(AgroalDataSource pool, int size) throws SQLException {
        AgroalConnectionPoolConfiguration same = pool.getConfiguration().connectionPoolConfiguration();
        AgroalConnectionPoolConfiguration own = new AgroalConnectionPoolConfigurationSupplier(same)
                .initialSize(0)
                .minSize(0)
                .maxSize(size)
                // The pool's is made for the pool.
                .connectionCache(ConnectionCache.none())
                .get();
        return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(own));
    }
}
