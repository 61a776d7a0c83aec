package org.claudecluster.worker.observe;

import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.claudecluster.worker.credential.CredentialState;
import org.claudecluster.worker.credential.CredentialStatus;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Finish;

/** The worker's own metrics as Prometheus sees them: {@code name}, or {@code name{label,label}}, the labels in the order of the alphabet. */
public final class AllMeters {

    private static final Pattern SAMPLE = Pattern.compile("^(worker_[a-z_]+)(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\",?");

    private AllMeters() {}

    /** After everything has happened once. In the registry by which Quarkus exports: it has no other yet. */
    @SuppressWarnings("deprecation")
    public static Set<String> ofTasksAndCredentials() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Meters meters = new Meters(registry);
        meters.submitted();
        meters.claimed(1);
        meters.firstByte(Duration.ofMillis(1));
        meters.printed(1);
        Outcome done = new Outcome.Completed(new Ending.Exited(0), Optional.empty());
        meters.finished(Optional.of("pty"), new Finish(done, Optional.empty(), Progress.NONE), Duration.ofSeconds(1));
        meters.spent(new Spent(Optional.of(1L), Optional.empty(), Optional.of(Usage.NONE)));
        meters.leaseLost();
        meters.parked(Reason.USAGE_LIMIT);
        meters.retried(Reason.OVERLOADED);
        meters.drained(TaskStatus.PENDING);
        meters.forgotten(1, 1);
        meters.alarmed("no_output");
        meters.unknownWord("subtype");
        meters.leaked(1);
        CredentialStatus ending = new CredentialStatus(
                CredentialState.OK,
                CredentialStatus.Source.FILE,
                "claude_ai",
                Optional.of(Instant.EPOCH),
                true,
                Optional.empty());
        new AuthMeters(registry, () -> ending, InstantSource.system()).update(ending);
        return in(registry.scrape());
    }

    /** Without those of the framework, and without the parts of a histogram. */
    public static Set<String> in(String scraped) {
        return scraped.lines()
                .flatMap(line -> SAMPLE.matcher(line).results())
                .map(sample -> sample.group(1).replaceFirst("_seconds_(bucket|count|sum|max)$", "_seconds")
                        + labels(sample.group(2) == null ? "" : sample.group(2)))
                .filter(metric -> !metric.startsWith("worker_pool_"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String labels(String values) {
        String names = LABEL.matcher(values)
                .results()
                .map(label -> label.group(1))
                .filter(name -> !name.equals("le"))
                .sorted()
                .collect(Collectors.joining(","));
        return names.isEmpty() ? "" : "{" + names + "}";
    }
}
