package org.claudecluster.worker.api;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claudecluster.worker.task.Backoff;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.jspecify.annotations.Nullable;

/** Holds the rules for a submit's {@code retry} that one annotation can't express. */
final class RetryRules {

    static final int MAX_REASONS = 40;

    private static final String ALLOWED = "must be one of " + String.join(", ", Retry.choices());
    private static final int ONE_MORE = 2;

    private RetryRules() {}

    static void check(SubmitRequest request, List<FieldError> errors) {
        SubmitRequest.@Nullable Retry retry = request.retry();
        if (retry == null) {
            return;
        }
        if (retry.maxAttempts() != null && request.maxAttempts() != null) {
            errors.add(new FieldError("maxAttempts", "says the same as retry.maxAttempts: leave one of them out"));
            errors.add(new FieldError("retry.maxAttempts", "says the same as maxAttempts: leave one of them out"));
        }
        List<@Nullable String> on = named(retry);
        // Of too many each would have an error of its own.
        int looked = on.size() <= MAX_REASONS ? on.size() : 0;
        for (int i = 0; i < looked; i++) {
            if (reason(on.get(i)).isEmpty()) {
                errors.add(new FieldError("retry.on[" + i + "]", ALLOWED));
            }
        }
        SubmitRequest.@Nullable Backoff backoff = retry.backoff();
        if (backoff != null && backoff.maxMs() != null && backoff.maxMs() < initialMs(backoff)) {
            errors.add(new FieldError(
                    "retry.backoff.maxMs", "must be at least initialMs, which is " + initialMs(backoff)));
        }
    }

    /** Attempts as they were asked for, at either place. Who names reasons and no number wants one more. */
    static int maxAttempts(SubmitRequest request) {
        SubmitRequest.@Nullable Retry retry = request.retry();
        if (request.maxAttempts() != null) {
            return request.maxAttempts();
        }
        if (retry == null) {
            return 1;
        }
        if (retry.maxAttempts() != null) {
            return retry.maxAttempts();
        }
        return named(retry).isEmpty() ? 1 : ONE_MORE;
    }

    /** Of a request that is without fault. */
    static Retry retry(SubmitRequest request) {
        SubmitRequest.@Nullable Retry retry = request.retry();
        if (retry == null) {
            return Retry.DEFAULT;
        }
        Set<Reason> on = EnumSet.noneOf(Reason.class);
        named(retry).forEach(wire -> reason(wire).ifPresent(on::add));
        return new Retry(retry.on() == null ? Retry.DEFAULT.on() : on, backoff(retry.backoff()));
    }

    private static Backoff backoff(SubmitRequest.@Nullable Backoff asked) {
        if (asked == null) {
            return Backoff.DEFAULT;
        }
        Duration initial = Duration.ofMillis(initialMs(asked));
        Duration usual = Backoff.DEFAULT.max().compareTo(initial) > 0 ? Backoff.DEFAULT.max() : initial;
        return new Backoff(
                initial,
                asked.maxMs() == null ? usual : Duration.ofMillis(asked.maxMs()),
                asked.factor() == null
                        ? Backoff.DEFAULT.factor()
                        : asked.factor().doubleValue());
    }

    private static long initialMs(SubmitRequest.Backoff asked) {
        return asked.initialMs() == null ? Backoff.DEFAULT.initial().toMillis() : asked.initialMs();
    }

    private static List<@Nullable String> named(SubmitRequest.Retry retry) {
        return retry.on() == null ? List.of() : retry.on();
    }

    private static Optional<Reason> reason(@Nullable String wire) {
        return Retry.choices().stream()
                .filter(choice -> choice.equals(wire))
                .findFirst()
                .map(Reason::ofWire);
    }
}
