package org.claudecluster.worker.task.result;

/** How a task's program ended, if it ever ran. */
public sealed interface Ending {

    /** No program was started. */
    record NotStarted() implements Ending {}

    /** It called exit; {@code code} is 0 to 255. */
    record Exited(int code) implements Ending {}

    /** A signal ended it; {@code signal} is the kernel's number. */
    record Signalled(int signal) implements Ending {}
}
