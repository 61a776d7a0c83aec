package org.claudecluster.worker.store.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.claudecluster.worker.task.store.StoreRejectedException;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.task.store.StoreUnavailableException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreFaultTest {

    @ParameterizedTest
    @CsvSource({
        // PostgreSQL
        "22001, REJECTED", // a text that is too long
        "22P05, REJECTED", // a character that the encoding lacks
        "23514, REJECTED", // a check
        "42601, REJECTED",
        "54000, REJECTED", // an index row that is too large
        "P0001, REJECTED", // raised by a trigger
        "40001, BUSY",
        "40P01, BUSY",
        "55P03, BUSY",
        "57014, BUSY", // a statement_timeout
        "25006, READ_ONLY",
        "42501, READ_ONLY", // a right that was taken away
        "42P01, READ_ONLY",
        "3F000, READ_ONLY",
        "08006, AWAY",
        "57P01, AWAY",
        "57P03, AWAY",
        "25P03, AWAY", // the session was ended
        "28P01, AWAY",
        "53100, AWAY", // the disk is full
        "53300, AWAY",
        "58030, AWAY",
        "XX000, AWAY",
        "?, AWAY",
        // H2
        "HYT00, BUSY",
        "90131, BUSY",
        "90097, READ_ONLY",
        "42S02, READ_ONLY",
        "90028, AWAY", // an I/O error, as of a full disk
        "90098, AWAY",
        "HY000, AWAY"
    })
    void each_state_says_what_is_wrong(String state, StoreFault fault) {
        assertThat(StoreFault.ofState(state)).isEqualTo(fault);
    }

    @Test
    void a_pool_that_has_no_connection_is_busy_and_not_dead() {
        assertThat(StoreFault.told(new SQLException("Sorry, acquisition timeout!")))
                .isInstanceOfSatisfying(
                        StoreUnavailableException.class,
                        told -> assertThat(told.kind()).isEqualTo(Kind.BUSY));
    }

    @Test
    void the_database_s_own_answer_counts_and_not_who_passed_it_on() {
        SQLException batch = new BatchUpdateException(
                "Batch entry 0 INSERT … 'a secret' was aborted",
                "00000",
                new int[0],
                new SQLException("ERROR: too long", "22001"));

        assertThat(StoreFault.told(new IllegalStateException(batch)))
                .isInstanceOf(StoreRejectedException.class)
                .hasMessage("the store rejects it: ERROR: too long (SQLSTATE 22001)");
    }

    @Test
    void what_is_no_answer_of_a_database_is_silence() {
        assertThat(StoreFault.of(new IllegalStateException(new EOFException()))).isEqualTo(StoreFault.AWAY);
    }
}
