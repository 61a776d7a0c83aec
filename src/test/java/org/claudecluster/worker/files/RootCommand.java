package org.claudecluster.worker.files;

import java.io.IOException;
import org.opentest4j.TestAbortedException;

/** Runs programs that only root may run. A test whose user is not root, or may not do it, is aborted and says so. */
public final class RootCommand {

    private RootCommand() {}

    /** Runs a program to its end. */
    public static void run(String... command) {
        String line = String.join(" ", command);
        int code;
        try {
            code = new ProcessBuilder(command)
                    .inheritIO()
                    .start()
                    .onExit()
                    .join()
                    .exitValue();
        } catch (IOException e) {
            throw new TestAbortedException("is tried only where " + command[0] + " is installed", e);
        }
        if (code != 0) {
            throw new TestAbortedException("is tried only as root: " + line + " ended with " + code);
        }
    }
}
