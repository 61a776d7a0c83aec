package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 200 tasks of a program that tells costs as the CLI does; {@link RealCliLedgerIT} does the same with the CLI. */
class LedgerIT {

    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource({"2.1.330, true", "2.1.197, false"})
    void after_200_tasks_ledger_metrics_and_bill_are_one_sum(String version, boolean savesCost) throws Exception {
        Path cli = home.resolve("claude-" + version);
        Files.copy(Path.of("src/test/resources/billed-claude.sh").toAbsolutePath(), cli);
        assertThat(cli.toFile().setExecutable(true)).isTrue();
        try (LedgerRun run = new LedgerRun(home, cli, 200 / LedgerRun.TASKS_OF_A_SHARE, savesCost)) {
            run.firstLife();
            run.secondLife();
            run.assertTheBooksAreEven();
        }
    }
}
