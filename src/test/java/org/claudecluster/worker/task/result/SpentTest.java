package org.claudecluster.worker.task.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose cost the CLI told: the process's or the whole session's. */
class SpentTest {

    private static TaskResult result(String usd, Optional<Long> tokens, long used) {
        BigDecimal told = new BigDecimal(usd);
        return new TaskResult(
                Optional.empty(),
                Optional.empty(),
                1,
                told,
                new Usage(used, 0, 0, 0),
                "[]",
                Optional.empty(),
                CostReport.micros(told).map(micros -> new CostReport(micros, tokens)));
    }

    private static SpentBefore before(String usd, Optional<Long> tokens) {
        return new SpentBefore(
                CostReport.micros(new BigDecimal(usd)).map(micros -> new CostReport(micros, tokens)),
                Usage.NONE,
                0,
                Usage.NONE);
    }

    /** A run that told of 15 tokens in its last result, and by model of this. */
    private static Optional<Usage> tokens(String usd, Usage byModel, SpentBefore before) {
        BigDecimal told = new BigDecimal(usd);
        TaskResult result = new TaskResult(
                Optional.empty(),
                Optional.empty(),
                1,
                told,
                new Usage(10, 5, 0, 0),
                "[]",
                Optional.empty(),
                CostReport.micros(told).map(micros -> CostReport.told(micros, Optional.of(byModel))));
        Usage billed = result.billed(before).usage();
        Optional<Usage> own = Spent.of(result, before).usage();
        assertThat(own).contains(billed);
        return own;
    }

    private static SpentBefore counted(String usd, long tokens, Usage inSession) {
        return new SpentBefore(before(usd, Optional.of(tokens)).session(), inSession, 0, Usage.NONE);
    }

    @Test
    void the_tokens_are_those_of_all_models_and_results_of_the_process() {
        Usage all = new Usage(30, 12, 4, 2);

        assertThat(tokens("0.20", all, SpentBefore.NOTHING)).contains(all);
        // 2.1.197, which went on with a session that had cost more
        assertThat(tokens("0.20", all, counted("1.00", 100, new Usage(60, 40, 0, 0))))
                .contains(all);
    }

    @Test
    void what_a_lost_attempt_used_falls_to_the_next_in_its_session_as_its_cost_does() {
        SpentBefore before = counted("1.00", 110, new Usage(60, 40, 7, 3));

        assertThat(tokens("1.50", new Usage(100, 65, 11, 3), before)).contains(new Usage(40, 25, 4, 0));
    }

    @ParameterizedTest
    @CsvSource({"90, 60, 40", "110, 60, 30", "120, 101, 9"})
    void of_a_session_that_the_ledger_does_not_have_whole_the_last_result_s_tokens_are_believed(
            long reported, long input, long output) {
        SpentBefore before = counted("1.00", reported, new Usage(input, output, 10, 0));

        assertThat(tokens("1.50", new Usage(100, 70, 10, 0), before)).contains(new Usage(10, 5, 0, 0));
    }

    @ParameterizedTest(name = "{0} USD and {1} tokens before, then {2} USD and {3} tokens, {4} of them its own: {5}")
    @CsvSource({
        // 2.1.330, resumed: all of the session
        "1.00, 100, 1.20, 130, 30, 200000",
        "1.00, 100, 1.00, 100,  0, 0",
        // with the tokens of a model that usage does not count
        "1.00, 100, 1.20, 140, 30, 200000",
        // 2.1.197: this process only
        "1.00, 100, 1.20, 120, 120, 1200000",
        "1.00, 100, 0.20,  30, 30, 200000",
        "1.00, 100, 1.00, 100, 100, 1000000"
    })
    void the_tokens_tell_whose_cost_it_is(
            String before, long tokensBefore, String told, long tokens, long used, long own) {
        Spent spent = Spent.of(result(told, Optional.of(tokens), used), before(before, Optional.of(tokensBefore)));

        assertThat(spent.micros()).contains(own);
    }

    @ParameterizedTest
    @CsvSource({"1.00, 1.20, 200000", "1.00, 1.00, 0", "1.00, 0.99, 990000"})
    void without_tokens_a_cost_that_has_not_shrunk_is_the_session_s(String before, String told, long own) {
        assertThat(Spent.of(result(told, Optional.empty(), 5), before(before, Optional.of(7L)))
                        .micros())
                .contains(own);
        assertThat(Spent.of(result(told, Optional.of(9L), 5), before(before, Optional.empty()))
                        .micros())
                .contains(own);
    }

    @Test
    void the_first_run_of_a_session_has_all_of_it() {
        assertThat(Spent.of(result("0.1234567", Optional.of(9L), 9), SpentBefore.NOTHING)
                        .micros())
                .contains(123_457L);
    }

    @Test
    void a_run_that_told_no_cost_has_an_unknown_one_and_its_tokens() {
        TaskResult told = new TaskResult(
                Optional.empty(), Optional.empty(), 1, BigDecimal.ZERO, new Usage(1, 2, 3, 4), "[]", Optional.empty());

        assertThat(Spent.of(told, before("1.00", Optional.empty())))
                .isEqualTo(new Spent(Optional.empty(), Optional.empty(), Optional.of(new Usage(1, 2, 3, 4))));
    }

    @Test
    void the_bill_of_a_task_has_all_its_attempts() {
        SpentBefore parked = new SpentBefore(
                Optional.of(new CostReport(500_000, Optional.empty())), Usage.NONE, 500_000, new Usage(10, 0, 0, 0));

        TaskResult billed = result("0.70", Optional.empty(), 5).billed(parked);

        assertThat(billed.costUsd()).isEqualByComparingTo("0.70");
        assertThat(billed.usage()).isEqualTo(new Usage(15, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"1e999999999", "-1e999999999", "-0.01", "1000000000.01"})
    void what_no_run_can_cost_is_no_cost(String usd) {
        assertThat(CostReport.micros(new BigDecimal(usd))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1e-999999999, 0", "0.0000004999, 0", "0.0000005, 1", "1000000000, 1000000000000000"})
    void a_cost_is_rounded_to_the_millionth(String usd, long micros) {
        assertThat(CostReport.micros(new BigDecimal(usd))).contains(micros);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "200000, 0.2", "20000000, 20", "1, 0.000001"})
    void an_amount_has_no_zeros_behind_its_last_digit(String micros, String usd) {
        long count = Long.parseLong(micros);

        assertThat(CostReport.usd(count).toString()).isEqualTo(usd);
    }
}
