package org.claudecluster.worker.store;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.claudecluster.worker.task.Backoff;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.result.Reason;

/**
 * A {@link Retry} as it is stored. A reason that this version does not know, or after which it would not try again, is
 * passed over: a newer version may have written it.
 */
record RetryJson(List<String> on, long initialMs, long maxMs, double factor) {

    RetryJson {
        on = List.copyOf(on);
    }

    static RetryJson of(Retry retry) {
        Backoff backoff = retry.backoff();
        return new RetryJson(
                retry.on().stream().map(Reason::wire).sorted().toList(),
                backoff.initial().toMillis(),
                backoff.max().toMillis(),
                backoff.factor());
    }

    Retry retry() {
        Predicate<Reason> isNamed = reason -> on.contains(reason.wire());
        return new Retry(
                Arrays.stream(Reason.values())
                        .filter(isNamed.and(Retry::canHelp))
                        .collect(Collectors.toSet()),
                new Backoff(Duration.ofMillis(initialMs), Duration.ofMillis(maxMs), factor));
    }
}
