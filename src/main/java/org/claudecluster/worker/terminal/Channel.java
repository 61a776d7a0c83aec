package org.claudecluster.worker.terminal;

/** Which of a program's two ways out its bytes took. */
public enum Channel {
    /** Descriptor 1, which nothing else is on. */
    OUTPUT,
    /** Descriptor 2, and {@code /dev/tty}, by which programs ask a person past every redirection. */
    ERROR
}
