package org.claudecluster.worker.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IssuerContactsTest {

    private final AtomicLong nanos = new AtomicLong();
    private final IssuerContacts contacts = new IssuerContacts(nanos::get);

    @Test
    void one_at_a_time_asks_an_issuer_that_was_never_reached() {
        assertThat(contacts.begin("a")).isTrue();
        assertThat(contacts.begin("a")).isFalse();
        assertThat(contacts.begin("b")).isTrue();
    }

    @Test
    void everybody_may_once_it_was_reached_whatever_fails_then() {
        assertThat(contacts.begin("a")).isTrue();
        contacts.reached("a");
        contacts.failed("a");

        assertThat(contacts.begin("a")).isTrue();
        assertThat(contacts.begin("a")).isTrue();
    }

    @Test
    void after_a_failure_nobody_does_for_two_seconds() {
        assertThat(contacts.begin("a")).isTrue();
        contacts.failed("a");
        assertThat(contacts.begin("a")).isFalse();

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
        assertThat(contacts.begin("a")).isTrue();
        assertThat(contacts.begin("a")).isFalse();
    }
}
