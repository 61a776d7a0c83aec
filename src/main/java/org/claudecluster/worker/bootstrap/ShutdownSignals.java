package org.claudecluster.worker.bootstrap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * SIGTERM and SIGINT. The JVM by itself begins its shutdown at the first one, after which no HTTP is served and no second
 * one is heard; a drain needs both. {@code sun.misc.Signal} is in the supported module jdk.unsupported, but javac warns
 * of it in a way that can't be switched off, hence by reflection.
 */
final class ShutdownSignals {

    private static final Logger LOG = Logger.getLogger(ShutdownSignals.class);
    private static final List<String> NAMES = List.of("TERM", "INT");

    private ShutdownSignals() {}

    /**
     * From now on calls {@code onSignal} at each of the signals, on a thread of its own, and the JVM does nothing about
     * them. Where a signal can't be had ({@code -Xrs}) the JVM keeps doing what it does.
     */
    static void handle(Runnable onSignal) {
        for (String name : NAMES) {
            try {
                handle(name, onSignal);
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.warnf("SIG%s ends this worker without a drain: %s", name, e);
            }
        }
    }

    private static void handle(String name, Runnable onSignal) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> receiver = Class.forName("sun.misc.SignalHandler");
        InvocationHandler calls = (_, method, _) -> {
            if (method.getName().equals("handle")) {
                onSignal.run();
            }
            return null;
        };
        Object proxy = Proxy.newProxyInstance(ShutdownSignals.class.getClassLoader(), new Class<?>[] {receiver}, calls);
        signal.getMethod("handle", signal, receiver)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    }
}
