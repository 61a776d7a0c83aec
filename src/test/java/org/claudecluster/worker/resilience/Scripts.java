package org.claudecluster.worker.resilience;

import java.nio.file.Path;

/** What the scripted CLI does: lines of a shell script, given as a prompt. */
final class Scripts {

    private Scripts() {}

    /** Prints a line, and goes on until it is killed; a child that has left the session does so too. */
    static String printingAndIgnoringAllButKill(String line) {
        return """
                trap '' INT TERM HUP
                (setsid nohup sleep 6000 >/dev/null 2>&1 &)
                echo '%s'
                while :; do sleep 0.1; done
                """.formatted(line);
    }

    /** Prints a line, and ends well as soon as a file is there. */
    static String printingAndWaitingFor(String line, Path file) {
        return """
                echo '%s'
                until [ -e '%s' ]; do sleep 0.05; done
                echo done
                """.formatted(line, file);
    }

    /** Writes the time into a file, in nanoseconds since 1970, for as long as it lives; ignores all but SIGKILL. */
    static String beating(Path file) {
        return """
                trap '' INT TERM HUP
                echo beating
                while :; do date +%%s%%N > '%1$s.new'; mv '%1$s.new' '%1$s'; sleep 0.02; done
                """.formatted(file);
    }

    /** Kills the worker that runs it. */
    static String killingItsWorker() {
        return "kill -9 $PPID; sleep 6000";
    }
}
