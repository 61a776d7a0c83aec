package org.claudecluster.worker.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskedTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Unable to parse URL jdbc:postgresql://db:x/w?user=u&password=sesame&ssl=true | Unable to parse URL jdbc:postgresql://db:x/w?user=u&password=***&ssl=true
            jdbc:postgresql://db/w?sslpassword=sesame    | jdbc:postgresql://db/w?sslpassword=***
            cannot reach https://user:sesame@host/x.git  | cannot reach https://***@host/x.git
            proxy http://user:a@sesame@proxy:3128 failed | proxy http://***@proxy:3128 failed
            https://sesame@host                          | https://***@host
            PGPASSWORD=sesame; x                         | PGPASSWORD=***; x
            refresh_token=sesame                         | refresh_token=***
            API-KEY=1, ANTHROPIC_API_KEY=sesame          | API-KEY=1, ANTHROPIC_API_KEY=***
            """)
    void a_secret_in_a_url_or_behind_its_name_is_not_shown(String text, String masked) {
        assertThat(Masked.text(text)).isEqualTo(masked).doesNotContain("sesame");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection to db:5432 refused. Check that the hostname and port are correct",
                "https://host/a/b@c?x=y",
                "password authentication failed for user \"u\"",
                ""
            })
    void the_rest_stays_as_it_is(String text) {
        assertThat(Masked.text(text)).isEqualTo(text);
    }
}
