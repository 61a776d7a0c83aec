package org.claudecluster.worker.credential;

/** Tries a credential by running the CLI with it, and tells {@link Credentials} what came of that. Blocks for a minute at most. */
public interface CredentialTrial {

    /** The CLI's opinion of a credential. */
    enum Login {
        IN,
        OUT,
        /** It does not speak of it. */
        UNTOLD,
        /** It said nothing at all in time. */
        SILENT
    }

    /** Asks the CLI whether it takes this for a credential, which asks nobody else. */
    Login tryLogin(Credential credential);

    /** Finds out by one real turn, which costs next to nothing; false when it told nothing. */
    boolean tryTurn(Credential credential);
}
