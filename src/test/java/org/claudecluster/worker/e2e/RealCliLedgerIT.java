package org.claudecluster.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What 60 tasks of the real CLI cost, with parks, losses, retries and follow-ups. Runs where {@link RealCliIT} does. */
class RealCliLedgerIT {

    @TempDir
    Path home;

    @Test
    void ledger_metrics_and_bill_are_one_sum() throws Exception {
        Path cli = Path.of(System.getProperty("claude.cli", ""));
        assertThat(cli).as("-Dclaude.cli names the CLI").isExecutable();
        try (LedgerRun run = new LedgerRun(home, cli, 60 / LedgerRun.TASKS_OF_A_SHARE, savesCost(cli))) {
            run.firstLife();
            run.secondLife();
            run.assertTheBooksAreEven();
        }
    }

    /** 2.1.197 tells each process's cost alone and saves none; 2.1.330 does. */
    private boolean savesCost(Path cli) throws IOException {
        ProcessBuilder asked = new ProcessBuilder(cli.toString(), "--version").redirectErrorStream(true);
        asked.environment().put("HOME", home.toString());
        String version = new String(asked.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return !version.startsWith("2.1.197 ");
    }
}
