package org.claudecluster.worker.bootstrap;

import jakarta.inject.Singleton;
import org.claudecluster.worker.credential.Credentials;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.lifecycle.ClaimGate;

/** Holds claims back while the credential is known to be bad; the stub asks for none. */
@Singleton
final class CredentialGate implements ClaimGate {

    private final Credentials credentials;

    CredentialGate(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public boolean isOpen(ExecutorType executor) {
        return executor.isSimulated() || credentials.isUsable();
    }

    @Override
    public boolean mayOneTry(ExecutorType executor) {
        return credentials.mayOneTry();
    }

    @Override
    public void oneTries() {
        credentials.oneTries();
    }
}
