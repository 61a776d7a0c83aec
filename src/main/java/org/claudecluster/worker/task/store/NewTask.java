package org.claudecluster.worker.task.store;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.claudecluster.worker.task.Submitter;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.TaskSpec;

/** A task to be enqueued. */
public record NewTask(TaskId id, Submitter submitter, TaskSpec spec, Optional<Idempotency> idempotency) {

    public NewTask {
        requireNonNull(id, "id");
        requireNonNull(submitter, "submitter");
        requireNonNull(spec, "spec");
        requireNonNull(idempotency, "idempotency");
    }

    /**
     * The caller's promise that two requests with one key are one request. Each tenant has keys of its own.
     *
     * @param key as sent in {@code Idempotency-Key}, 1 to 255 characters, no {@linkplain #isKey control character}
     * @param fingerprint a hash of the request body, which tells a repetition from a mistake
     */
    public record Idempotency(String key, String fingerprint) {

        public static final int MAX_KEY = 255;

        public Idempotency {
            if (!isKey(key)) {
                throw new IllegalArgumentException(
                        "an idempotency key has 1 to " + MAX_KEY + " characters and no control character");
            }
            requireNonNull(fingerprint, "fingerprint");
        }

        /**
         * Whether this can be a key. INVARIANT: none has U+0001, which stands between tenant and key in the store. What
         * lies above U+007F may: bytes of UTF-8 come out of a header as such characters.
         */
        public static boolean isKey(String text) {
            return !text.isBlank()
                    && text.length() <= MAX_KEY
                    && text.chars().noneMatch(character -> character < ' ' || character == 0x7f);
        }
    }
}
