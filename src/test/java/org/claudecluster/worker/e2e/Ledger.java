package org.claudecluster.worker.e2e;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.apistub.Charge;

/** What tasks have cost, as each of the three that say so has it: table {@code attempt}, the metrics, the API stub's bill. */
final class Ledger {

    private Ledger() {}

    /** Millionths of a US dollar, and tokens by kind. */
    record Amount(long micros, long input, long output, long cacheRead, long cacheCreation) {

        static final Amount NONE = new Amount(0, 0, 0, 0, 0);

        static Amount of(Charge charge) {
            return new Amount(
                    charge.micros(),
                    charge.inputTokens(),
                    charge.outputTokens(),
                    charge.cacheReadTokens(),
                    charge.cacheCreationTokens());
        }

        static Amount sum(Collection<Amount> amounts) {
            return amounts.stream().reduce(NONE, Amount::plus);
        }

        Amount plus(Amount more) {
            return new Amount(
                    micros + more.micros,
                    input + more.input,
                    output + more.output,
                    cacheRead + more.cacheRead,
                    cacheCreation + more.cacheCreation);
        }

        Amount minus(Amount less) {
            return new Amount(
                    micros - less.micros,
                    input - less.input,
                    output - less.output,
                    cacheRead - less.cacheRead,
                    cacheCreation - less.cacheCreation);
        }
    }

    /**
     * A row of table {@code attempt}.
     *
     * @param end its kind; empty while it runs
     * @param spent empty where it is unknown
     */
    record Row(String task, String session, boolean resumed, String end, Optional<Amount> spent) {
        Row {
            requireNonNull(task, "task");
        }

        static Amount sum(Collection<Row> rows) {
            return Amount.sum(
                    rows.stream().map(Row::spent).flatMap(Optional::stream).toList());
        }
    }

    /** All rows of the embedded store of a worker that has ended, by task and claim. */
    static List<Row> rows(Path dataDir) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (Connection store = DriverManager.getConnection("jdbc:h2:file:" + dataDir.resolve("worker"));
                Statement statement = store.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM attempt ORDER BY task, epoch")) {
            while (row.next()) {
                rows.add(row(row));
            }
        }
        return rows;
    }

    private static Row row(ResultSet row) throws SQLException {
        Amount amount = new Amount(
                row.getLong("cost_micros"),
                row.getLong("input_tokens"),
                row.getLong("output_tokens"),
                row.getLong("cache_read_tokens"),
                row.getLong("cache_creation_tokens"));
        boolean known = row.getObject("cost_micros") != null && row.getObject("input_tokens") != null;
        String end = row.getString("end_kind");
        return new Row(
                row.getString("task"),
                row.getString("session_id"),
                row.getBoolean("resumed"),
                end == null ? "" : end,
                known ? Optional.of(amount) : Optional.empty());
    }

    /** What the worker's counters have: nothing before the first run that told something. */
    static Amount metered(Api api) {
        List<String> lines = api.get("/q/metrics").body().lines().toList();
        return new Amount(
                counter(lines, "worker_cost_usd_total").movePointRight(6).longValueExact(),
                tokens(lines, "input"),
                tokens(lines, "output"),
                tokens(lines, "cache_read"),
                tokens(lines, "cache_creation"));
    }

    private static long tokens(List<String> lines, String kind) {
        return counter(lines, "worker_tokens_total{kind=\"" + kind + "\"}").longValueExact();
    }

    /** Each addend has at most six places, so what is behind them in the sum is the rounding of doubles. */
    private static BigDecimal counter(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> new BigDecimal(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(BigDecimal.ZERO)
                .setScale(6, RoundingMode.HALF_UP);
    }

    /** On these accounts. */
    static Amount billed(Collection<Charge> bill, Collection<String> accounts) {
        return Amount.sum(bill.stream()
                .filter(charge -> accounts.contains(charge.account()))
                .map(Amount::of)
                .toList());
    }
}
