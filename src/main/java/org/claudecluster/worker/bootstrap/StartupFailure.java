package org.claudecluster.worker.bootstrap;

import io.quarkus.runtime.QuarkusBindException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claudecluster.worker.config.KnownSettings;
import org.claudecluster.worker.store.database.StoreRefusedException;
import org.claudecluster.worker.task.Masked;

/** Why the worker did not start, in lines that tell a person what to do. */
public final class StartupFailure {

    private static final int OTHER = 1;
    private static final int WRONG_SETTING = 2;

    private static final Pattern KEY = Pattern.compile("worker\\.[a-z0-9.-]*[a-z0-9]");
    private static final Pattern ANY_KEY = Pattern.compile("\\b[a-z][a-z0-9-]*(\\.\"?[A-Za-z0-9-]+\"?){2,}");

    private StartupFailure() {}

    public static int exitCode(Throwable failure) {
        return causes(failure).stream().anyMatch(StartupFailure::isWrongSetting) ? WRONG_SETTING : OTHER;
    }

    private static boolean isWrongSetting(Throwable cause) {
        return cause instanceof ConfigValidationException || cause instanceof InvalidSettingException;
    }

    public static List<String> lines(Throwable failure) {
        for (Throwable cause : causes(failure)) {
            if (cause instanceof ConfigValidationException invalid) {
                return settings(invalid);
            }
            if (cause instanceof InvalidSettingException || cause instanceof StoreRefusedException) {
                return List.of(String.valueOf(cause.getMessage()));
            }
            if (cause instanceof QuarkusBindException || cause instanceof BindException) {
                return List.of("the port is in use or not ours to bind: set PORT or HOST, or stop what listens there");
            }
        }
        Throwable root = causes(failure).getLast();
        return List.of("did not start: " + firstLine(root));
    }

    private static List<String> settings(ConfigValidationException invalid) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < invalid.getProblemCount(); i++) {
            lines.add(setting(String.valueOf(invalid.getProblem(i).getMessage())));
        }
        return lines;
    }

    /**
     * SmallRye Config names the key, but neither always the value nor what is allowed. Its own words may hold the value,
     * which may be a secret: they are not shown.
     */
    private static String setting(String message) {
        Matcher named = KEY.matcher(message);
        if (!named.find()) {
            Matcher other = ANY_KEY.matcher(message);
            return "wrong setting: " + (other.find() ? other.group() : "of which the name is not known");
        }
        String key = named.group();
        return KnownSettings.allowed(key)
                .map(allowed -> "%s is not allowed: %s".formatted(key + shown(key), allowed))
                .orElseGet(() -> key + " is an unknown setting: docs/configuration.md lists them");
    }

    private static String shown(String key) {
        return KnownSettings.isHarmless(key)
                ? "="
                        + System.getProperty(
                                key, System.getenv().getOrDefault(KnownSettings.environmentName(key), "(from a file)"))
                : "";
    }

    private static String firstLine(Throwable cause) {
        String message = Masked.text(
                String.valueOf(cause.getMessage()).lines().findFirst().orElse(""));
        return cause.getClass().getSimpleName() + ": " + message;
    }

    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null && !causes.contains(cause); cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }
}
