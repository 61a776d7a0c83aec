package org.claudecluster.worker.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Allows a kind of request. Names are what a keys file, a token's claim and a refusal call it. */
public enum Scope {
    /** Tasks, their output, events and files may be read. */
    READ("tasks:read"),
    /** Tasks may be submitted, continued, ended and deleted. */
    WRITE("tasks:write"),
    /** A running task may be typed into, and its questions answered. */
    TERMINAL("terminal:control"),
    /** All of the others, in every tenant, and what concerns the worker itself. */
    ADMIN("admin");

    private final String wire;

    Scope(String wire) {
        this.wire = wire;
    }

    /** The name on the wire, such as {@code tasks:read}. */
    public String wire() {
        return wire;
    }

    /** Reads a name; empty for one that is unknown. */
    public static Optional<Scope> parse(String wire) {
        return Arrays.stream(values()).filter(scope -> scope.wire.equals(wire)).findFirst();
    }

    /** The names of all, for pages and refusals. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Scope::wire).toList();
    }

    /** Everything. */
    public static Set<Scope> all() {
        return EnumSet.allOf(Scope.class);
    }
}
