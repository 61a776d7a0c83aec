package org.claudecluster.worker.credential;

import java.util.Locale;

/** How the credential that new tasks get stands, as far as is known. Wire names are part of the API. */
public enum CredentialState {
    /** The API has answered with it. */
    OK(true),
    /** Nothing speaks against it, but the API has not been asked with it yet. */
    UNKNOWN(true),
    /** It has run out, and nobody but a person can renew it. */
    EXPIRED(false),
    /** The API has said no. */
    REFUSED(false),
    /** The account can't pay. */
    UNPAID(false),
    /** What is mounted is of no known shape, or the CLI makes nothing of it. */
    INVALID(false),
    /** There is none. */
    MISSING(false);

    private final boolean usable;

    CredentialState(boolean usable) {
        this.usable = usable;
    }

    /** Whether a task may be started with it. */
    public boolean isUsable() {
        return usable;
    }

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
