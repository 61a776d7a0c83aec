package org.claudecluster.worker.claude;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.claudecluster.worker.task.result.Reason;
import org.junit.jupiter.api.Test;

class RunReportTest {

    private static final String REFUSED =
            "{\"type\":\"system\",\"subtype\":\"api_retry\",\"attempt\":1,\"error\":\"authentication_failed\"}\n";
    private static final String OVERLOADED =
            "{\"type\":\"system\",\"subtype\":\"api_retry\",\"attempt\":2,\"error\":\"overloaded\"}\n";
    private static final String ANSWER = "{\"type\":\"assistant\",\"message\":{\"model\":\"m\",\"id\":\"1\"}}\n";

    private final RunReport report = new RunReport(InstantSource.system());
    private final AgentStream stream = new AgentStream(report::event);

    @Test
    void one_refusal_may_be_the_beginning_of_a_refresh_that_helps() {
        print(REFUSED);
        assertThat(report.hopeless()).isEmpty();
        print(ANSWER + REFUSED + ANSWER);
        assertThat(report.hopeless()).isEmpty();
    }

    @Test
    void two_refusals_in_a_row_are_hopeless() {
        print(REFUSED + REFUSED);
        assertThat(report.hopeless()).contains(Reason.AUTH_FAILED);
    }

    @Test
    void other_failures_are_the_cli_s_to_retry() {
        print(OVERLOADED + OVERLOADED + OVERLOADED);
        assertThat(report.hopeless()).isEmpty();
    }

    private void print(String text) {
        stream.accept(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
