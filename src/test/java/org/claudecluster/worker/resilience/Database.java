package org.claudecluster.worker.resilience;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import java.sql.SQLException;
import java.util.UUID;

/** A database of its own with today's schema, on the shared server. */
final class Database implements AutoCloseable {

    private final Server server;
    private final String name;
    private final TaskTable table;

    private Database(Server server, String name) throws SQLException {
        this.server = server;
        this.name = name;
        this.table = TaskTable.create(url());
    }

    static Database create() throws SQLException {
        Server server = Server.shared();
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        server.createDatabase(name);
        return new Database(server, name);
    }

    Server server() {
        return server;
    }

    TaskTable table() {
        return table;
    }

    String url() {
        return url(server.port());
    }

    /** Over a link or a pooler that listens there. */
    String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name + "?sslmode=disable&gssEncMode=disable";
    }

    /** As a failover to a standby looks: sessions end, and new ones can't write. */
    void becomeReadOnly() throws SQLException {
        server.execute("ALTER DATABASE " + name + " SET default_transaction_read_only = on");
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
    }

    /** New sessions may write again; what is there goes on as it began. */
    void acceptNewWriters() throws SQLException {
        server.execute("ALTER DATABASE " + name + " RESET default_transaction_read_only");
    }

    /** How many of the workers' sessions wait for a lock. */
    long waitingForALock() throws SQLException {
        return table.count(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND wait_event_type = 'Lock'", name);
    }

    /** Connections past every link. */
    AgroalDataSource pool() throws SQLException {
        return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(8)
                        .connectionFactoryConfiguration(
                                factory -> factory.jdbcUrl(url()).principal(new NamePrincipal("postgres")))));
    }

    @Override
    public void close() throws SQLException {
        server.dropDatabase(name);
    }
}
