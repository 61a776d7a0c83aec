package org.claudecluster.worker;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Map;

/** Starts the worker, or says in one line why it can't. Exit code 2 for a wrong setting, 1 for anything else. */
@QuarkusMain
public final class Main {

    private static final int WRONG_SETTING = 2;

    private Main() {}

    @SuppressWarnings("SystemOut") // no logging before the configuration is known to be sound
    public static void main(String... args) {
        Map<String, String> environment = System.getenv();
        List<String> problems = StartCheck.problems(environment);
        if (!problems.isEmpty()) {
            problems.forEach(problem -> System.err.println("claudecluster-worker: " + problem));
            System.exit(WRONG_SETTING);
        }
        StartCheck.properties(environment).forEach(System::setProperty);
        Quarkus.run(
                null,
                (code, failure) -> {
                    if (failure != null) {
                        StartFailure.lines(failure)
                                .forEach(line -> System.err.println("claudecluster-worker: " + line));
                    }
                    System.exit(failure == null ? code : StartFailure.exitCode(failure));
                },
                args);
    }
}
