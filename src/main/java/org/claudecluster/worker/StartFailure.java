package org.claudecluster.worker;

import io.quarkus.runtime.QuarkusBindException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Why the worker did not start, in lines that tell a person what to do. */
final class StartFailure {

    private static final int OTHER = 1;
    private static final int WRONG_SETTING = 2;
    /** H2: "Database may be already in use". */
    private static final int H2_IN_USE = 90020;

    private StartFailure() {}

    static int exitCode(Throwable failure) {
        return causes(failure).stream().anyMatch(ConfigValidationException.class::isInstance) ? WRONG_SETTING : OTHER;
    }

    static List<String> lines(Throwable failure) {
        for (Throwable cause : causes(failure)) {
            if (cause instanceof ConfigValidationException invalid) {
                return settings(invalid);
            }
            if (cause instanceof QuarkusBindException || cause instanceof BindException) {
                return List.of("the port is in use or not ours to bind: set PORT or HOST, or stop what listens there");
            }
            if (cause instanceof SQLException sql && sql.getErrorCode() == H2_IN_USE) {
                return List.of("another process uses the embedded store: one worker for one WORKER_STORAGE_DATA_DIR");
            }
        }
        Throwable root = causes(failure).getLast();
        return List.of("did not start: " + firstLine(root));
    }

    private static List<String> settings(ConfigValidationException invalid) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < invalid.getProblemCount(); i++) {
            lines.add("wrong setting: " + invalid.getProblem(i).getMessage());
        }
        return lines;
    }

    private static String firstLine(Throwable cause) {
        String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
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
