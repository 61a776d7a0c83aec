package org.claudecluster.worker.cli;

import org.claudecluster.worker.credential.Credential;
import org.claudecluster.worker.credential.CredentialTrial;
import org.claudecluster.worker.credential.Credentials;

/** Tries credentials with the CLI of this machine. */
public final class CliTrial implements CredentialTrial {

    private final CredentialProbe probe;
    private final Credentials credentials;

    public CliTrial(CredentialProbe probe, Credentials credentials) {
        this.probe = probe;
        this.credentials = credentials;
    }

    /**
     * A CLI that does not say is believed. Without a credential of ours silence is a no: tasks would fail one after the
     * other on a machine that was only slow to answer.
     */
    @Override
    public Login tryLogin(Credential credential) {
        Login login = probe.login(credential);
        switch (login) {
            case IN -> credentials.present(credential);
            case OUT -> credentials.unusable(credential);
            case UNTOLD -> credentials.inconclusive(credential);
            case SILENT -> {
                if (credential instanceof Credential.None) {
                    credentials.unusable(credential);
                } else {
                    credentials.inconclusive(credential);
                }
            }
        }
        return login;
    }

    @Override
    public boolean tryTurn(Credential credential) {
        credentials.inconclusive(credential);
        return probe.oneTurn(credential)
                .filter(verdict -> credentials.heard(credential, verdict))
                .isPresent();
    }
}
