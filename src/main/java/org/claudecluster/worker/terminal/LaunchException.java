package org.claudecluster.worker.terminal;

/** A command could not be started. The message names paths and the system's reason, never arguments or environment. */
public final class LaunchException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why; everything but {@link #RESOURCES} fails the same way when tried again unchanged. */
    public enum Kind {
        /** There is no such file. */
        PROGRAM_NOT_FOUND,
        /** It is a directory, lacks the permission, is in no executable format, or its interpreter is missing. */
        PROGRAM_NOT_EXECUTABLE,
        /** The working directory is missing, is no directory, or may not be entered. */
        DIRECTORY_MISSING,
        /** Arguments and environment exceed what the kernel takes ({@link ArgumentSpace}). */
        ARGUMENTS_TOO_LONG,
        /** Out of processes, memory, file descriptors or pseudo-terminals: may work later. */
        RESOURCES
    }

    private final Kind kind;

    public LaunchException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public LaunchException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
