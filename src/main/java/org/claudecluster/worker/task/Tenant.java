package org.claudecluster.worker.task;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names whom a task belongs to. A tenant sees its own tasks, files and sessions and nobody else's.
 *
 * @param name a DNS label: 1 to 63 of {@code a-z}, {@code 0-9} and {@code -}, neither first nor last a dash, so that it can
 *     stand in a path, a metric and a key as it is
 */
public record Tenant(String name) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** Belongs to everybody where nobody is told apart, and owns what versions before 0.2 have written. */
    public static final Tenant DEFAULT = new Tenant("default");

    /** What a name looks like, for pages and refusals. */
    public static final String FORM = "1 to 63 of a-z, 0-9 and -, neither first nor last a dash";

    public Tenant {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a tenant's name is " + FORM);
        }
    }

    /** Reads a name as a file, a token or a request gives it; empty for what is none. */
    public static Optional<Tenant> parse(String name) {
        return NAME.matcher(name).matches() ? Optional.of(new Tenant(name)) : Optional.empty();
    }

    @Override
    public String toString() {
        return name;
    }
}
