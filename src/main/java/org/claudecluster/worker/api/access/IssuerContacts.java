package org.claudecluster.worker.api.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds what tokens cost while their issuer was never reached: one request asks it at a time, and after a failure nobody
 * does for a while. Anybody can write a token that names an issuer, and an issuer may accept and not answer.
 */
@ApplicationScoped
class IssuerContacts {

    private static final long PAUSE = TimeUnit.SECONDS.toNanos(2);

    private final LongSupplier nanos;
    private final Map<String, Contact> contacts = new ConcurrentHashMap<>();

    private sealed interface Contact {
        /** Its keys are known; nothing is asked of it but new ones, which the framework bounds. */
        record Reached() implements Contact {}

        record UnderWay() implements Contact {}

        record Failed(long at) implements Contact {}
    }

    IssuerContacts() {
        this(System::nanoTime);
    }

    IssuerContacts(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether a request may have the issuer asked; it then tells how that went. */
    boolean begin(String issuer) {
        Contact before = contacts.putIfAbsent(issuer, new Contact.UnderWay());
        return switch (before) {
            case null -> true;
            case Contact.Reached _ -> true;
            case Contact.UnderWay _ -> false;
            case Contact.Failed(long at) ->
                nanos.getAsLong() - at >= PAUSE && contacts.replace(issuer, before, new Contact.UnderWay());
        };
    }

    void reached(String issuer) {
        contacts.put(issuer, new Contact.Reached());
    }

    /** An issuer that was reached stays so: what it told is still known. */
    void failed(String issuer) {
        contacts.replace(issuer, new Contact.UnderWay(), new Contact.Failed(nanos.getAsLong()));
    }
}
