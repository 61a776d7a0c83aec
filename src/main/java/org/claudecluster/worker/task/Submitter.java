package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Names who has submitted a task, and for whom.
 *
 * @param tenant whose task it is, for as long as there is one
 * @param name the caller's, 1 to {@value #MAX_NAME} characters; none for what versions before 0.2 have written
 */
public record Submitter(Tenant tenant, Optional<String> name) {

    public static final int MAX_NAME = 200;

    /** Stands for whoever submitted when nobody was told apart. */
    public static final Submitter UNKNOWN = new Submitter(Tenant.DEFAULT, Optional.empty());

    public Submitter {
        requireNonNull(tenant, "tenant");
        if (name.filter(text -> text.isBlank() || text.length() > MAX_NAME).isPresent()) {
            throw new IllegalArgumentException("a submitter's name has 1 to " + MAX_NAME + " characters");
        }
    }
}
