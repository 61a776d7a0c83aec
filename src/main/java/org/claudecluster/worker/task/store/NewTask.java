package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;

/** A task to be enqueued. */
public record NewTask(TaskId id, TaskSpec spec, Optional<Idempotency> idempotency) {

    public NewTask {
        requireNonNull(id, "id");
        requireNonNull(spec, "spec");
        requireNonNull(idempotency, "idempotency");
    }

    /**
     * The caller's promise that two requests with one key are one request.
     *
     * @param key as sent in {@code Idempotency-Key}, 1 to 255 characters
     * @param fingerprint a hash of the request body, which tells a repetition from a mistake
     */
    public record Idempotency(String key, String fingerprint) {

        public static final int MAX_KEY = 255;

        public Idempotency {
            if (key.isBlank() || key.length() > MAX_KEY) {
                throw new IllegalArgumentException("an idempotency key has 1 to " + MAX_KEY + " characters");
            }
            requireNonNull(fingerprint, "fingerprint");
        }
    }
}
