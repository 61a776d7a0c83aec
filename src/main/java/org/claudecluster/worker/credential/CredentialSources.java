package org.claudecluster.worker.credential;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Where a credential comes from: the mounted file, else the environment, else the CLI's own login. */
final class CredentialSources {

    private static final Logger LOG = Logger.getLogger(CredentialSources.class);

    private final CredentialSettings settings;
    private final LoginStore logins;
    private boolean toldOfMode;

    CredentialSources(CredentialSettings settings) {
        this.settings = settings;
        this.logins = new LoginStore(settings.logins());
    }

    /** A credential of which nothing is known yet, or why there is none. */
    record Found(Credential credential, CredentialStatus status) {}

    CredentialFile file() {
        return CredentialFile.read(settings.file());
    }

    Found take(CredentialFile found) {
        return switch (found) {
            case CredentialFile.Absent _ -> fromEnvironment();
            case CredentialFile.Refused(String why) -> refusedFile(why);
            case CredentialFile.Unreadable(String why) -> refusedFile(why);
            case CredentialFile.Accepted accepted -> fromFile(accepted);
        };
    }

    /**
     * Logins of files that are not mounted any more. INVARIANT: only when another mounted login is in use: a file that is
     * away may come back, and its own refresh token is spent.
     */
    void removeAllBut(Credential inUse, CredentialStatus.Source source) {
        if (source == CredentialStatus.Source.FILE && inUse instanceof Credential.Login login) {
            logins.removeAllBut(login.lineage());
        }
    }

    Found fromEnvironment() {
        Credential own = Credential.from(settings.environment());
        if (own instanceof Credential.None) {
            return LoginStore.in(settings.configDirectory())
                    .map(login -> unknown(login, CredentialStatus.Source.CLI))
                    .orElseGet(() -> unknown(own, CredentialStatus.Source.NONE));
        }
        return unknown(own, CredentialStatus.Source.ENVIRONMENT);
    }

    private Found fromFile(CredentialFile.Accepted accepted) {
        if (accepted.worldReadable() && !toldOfMode) {
            toldOfMode = true;
            LOG.warnf("every user may read the credentials file %s: mount it with mode 0400", settings.file());
        }
        return switch (accepted.shape()) {
            case CredentialFileShape.Ready(Credential credential) -> unknown(credential, CredentialStatus.Source.FILE);
            case CredentialFileShape.Rotating rotating -> {
                try {
                    yield unknown(logins.imported(rotating.json(), accepted.hash()), CredentialStatus.Source.FILE);
                } catch (IOException e) {
                    yield refusedFile("it can't be imported into the data directory ("
                            + e.getClass().getSimpleName() + ")");
                }
            }
        };
    }

    private Found unknown(Credential credential, CredentialStatus.Source source) {
        return new Found(
                credential,
                new CredentialStatus(
                        CredentialState.UNKNOWN, source, credential.kind(), Optional.empty(), false, Optional.empty()));
    }

    private Found refusedFile(String why) {
        String reason =
                "%s is refused: %s; accepted are %s".formatted(settings.file(), why, CredentialFileShape.ACCEPTED);
        return new Found(
                new Credential.None(),
                new CredentialStatus(
                        CredentialState.INVALID,
                        CredentialStatus.Source.FILE,
                        "none",
                        Optional.empty(),
                        false,
                        Optional.of(reason)));
    }

    /** Directories and files that hold secrets, for the CLI's deny rules. */
    List<Path> unreadable(Credential credential) {
        Stream<Path> files = Stream.concat(credential.files().stream(), Stream.of(settings.file()));
        return files.map(Path::toAbsolutePath)
                .flatMap(file -> Stream.concat(Stream.of(file), real(file)))
                .map(this::placeOf)
                .distinct()
                .toList();
    }

    /** Where Kubernetes' symbolic links lead at this moment. */
    private static Stream<Path> real(Path file) {
        try {
            return Stream.of(file.toRealPath());
        } catch (IOException _) {
            return Stream.empty();
        }
    }

    /** A mount's whole directory, since other versions lie beside it; but none that tasks have to read. */
    private Path placeOf(Path file) {
        return Optional.ofNullable(file.getParent())
                .filter(directory -> directory.getNameCount() > 1)
                .filter(directory -> !settings.workspaces().startsWith(directory))
                .orElse(file);
    }
}
