package org.claudecluster.worker.api.guard;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Tells once what it means to listen on another address than loopback while the worker asks nobody who they are. */
@ApplicationScoped
class OpenAddress {

    private static final Logger LOG = Logger.getLogger(OpenAddress.class);

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|(0{0,4}:){2,7}0{0,3}1|::ffff:127(\\.\\d{1,3}){3}");

    void tell(@Observes StartupEvent started, @ConfigProperty(name = "quarkus.http.host") String host) {
        if (isOpen(host)) {
            LOG.warnf(
                    "listening on %s without authentication: whoever reaches this port runs commands as the worker's user; HOST=127.0.0.1 keeps it to this machine, else put a proxy that authenticates before it",
                    host);
        }
    }

    static boolean isOpen(String host) {
        return !LOOPBACK.matcher(host.strip().toLowerCase(Locale.ROOT)).matches();
    }
}
