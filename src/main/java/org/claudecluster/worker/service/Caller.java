package org.claudecluster.worker.service;

import static java.util.Objects.requireNonNull;

/**
 * Names who asks for something. Until there is authentication that is everybody who reaches the port.
 *
 * @param name as it may stand in a log
 */
public record Caller(String name) {

    private static final Caller LOCAL = new Caller("local");

    public Caller {
        requireNonNull(name, "name");
    }

    /** Stands for everybody. */
    public static Caller local() {
        return LOCAL;
    }
}
