package org.claudecluster.worker.credential;

/** Runs tasks with the current credential, and is told of it by {@link CredentialWatch}. */
public interface CredentialUser {

    /** New tasks get another credential, which may be what they could not run without. */
    void credentialChanged();

    /** Nothing has changed. To be called every few seconds. */
    void lookAgain();

    /** Whether tasks that are claimed now need the credential. */
    boolean usesCredential();
}
