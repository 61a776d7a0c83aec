package org.claudecluster.worker;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Map;
import org.claudecluster.worker.api.guard.MalformedUris;
import org.claudecluster.worker.bootstrap.StartupChecks;
import org.claudecluster.worker.bootstrap.StartupFailure;
import org.claudecluster.worker.bootstrap.WorkerApplication;
import org.claudecluster.worker.terminal.PtyLaunchers;

/** Starts the worker, or says in one line why it can't. Exit code 2 for a wrong setting, 1 for anything else. */
@QuarkusMain
@SuppressWarnings("SystemOut") // no logging before the configuration is known to be sound
public final class Main {

    private static final int WRONG_SETTING = 2;
    private static final int OTHER = 1;

    private Main() {}

    public static void main(String... args) {
        Map<String, String> environment = System.getenv();
        List<String> problems = StartupChecks.problems(environment);
        if (!problems.isEmpty()) {
            problems.forEach(problem -> System.err.println("claudecluster-worker: " + problem));
            System.exit(WRONG_SETTING);
        }
        StartupChecks.properties(environment).forEach(System::setProperty);
        System.setProperty(MalformedUris.OURS, "true");
        if (reloads()) {
            Quarkus.run(WorkerApplication.class, args);
            return;
        }
        StartupChecks.portProblem(environment).ifPresent(problem -> {
            System.err.println("claudecluster-worker: " + problem);
            System.exit(OTHER);
        });
        waitForMainThreadAtExit();
        if (StartupChecks.isDebuggable(environment)) {
            PtyLaunchers.bindInBackground();
        } else {
            PtyLaunchers.closeAndBindInBackground();
        }
        Quarkus.run(
                WorkerApplication.class,
                (code, failure) -> {
                    if (failure != null) {
                        StartupFailure.lines(failure)
                                .forEach(line -> System.err.println("claudecluster-worker: " + line));
                    }
                    end(failure == null ? code : StartupFailure.exitCode(failure));
                },
                args);
    }

    /** In {@code quarkus:dev} this JVM outlives the application, and holds its port over each reload. */
    private static boolean reloads() {
        return Main.class.getClassLoader().getClass().getSimpleName().equals("QuarkusClassLoader");
    }

    /** SIGTERM is how a worker is stopped, so it is no failure; the JVM by itself would end with 143. */
    private static void waitForMainThreadAtExit() {
        Thread main = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                main.join();
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "exit-code"));
    }

    /** Everything has been stopped by now. Not {@code exit}, which would wait for itself inside a shutdown hook. */
    private static void end(int code) {
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
