package org.claudecluster.worker.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.claudecluster.worker.task.result.CostReport;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.TaskStatus;
import org.claudecluster.worker.task.result.Usage;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.TaskObserver;

/** The meters of what happens to tasks. No task id is ever a tag. */
@Singleton
public final class Meters implements TaskObserver {

    private final MeterRegistry registry;
    private final Counter submitted;
    private final Counter claimed;
    private final Counter outputBytes;
    private final Counter leaseLost;
    private final Counter leaked;
    private final Timer firstByte;
    private final Timer run;
    private final ConcurrentHashMap<String, Counter> finished = new ConcurrentHashMap<>();

    public Meters(MeterRegistry registry) {
        this.registry = registry;
        this.submitted = counter("worker.tasks.submitted", "Tasks accepted and made durable");
        this.claimed = counter("worker.tasks.claimed", "Claims, each one attempt");
        this.outputBytes = Counter.builder("worker.output.bytes")
                .baseUnit("bytes")
                .description("What terminals printed")
                .register(registry);
        this.leaseLost = counter("worker.lease.lost", "Runs whose lease went to another worker");
        this.leaked = counter("worker.leaked.processes", "Processes of tasks that could not be ended");
        this.firstByte = Timer.builder("worker.first.byte")
                .description("From the start of the program to its first byte")
                .publishPercentileHistogram()
                .register(registry);
        this.run = Timer.builder("worker.run.duration")
                .description("From the start of the run to the end of its process tree")
                .publishPercentileHistogram()
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    @Override
    public void submitted() {
        submitted.increment();
    }

    @Override
    public void claimed(int tasks) {
        claimed.increment(tasks);
    }

    @Override
    public void firstByte(Duration afterStart) {
        firstByte.record(afterStart);
    }

    @Override
    public void printed(int bytes) {
        outputBytes.increment(bytes);
    }

    @Override
    public void finished(Optional<String> executor, Finish finish, Duration took) {
        ended(executor, finish.outcome().status(), finish.outcome().reason());
        run.record(took);
    }

    @Override
    public void ended(Optional<String> executor, TaskStatus status, Optional<Reason> reason) {
        String label = reason.map(Reason::wire).orElse("none");
        String by = executor.orElse("none");
        finished.computeIfAbsent(by + " " + status.wire() + " " + label, _ -> finishedCounter(by, status.wire(), label))
                .increment();
    }

    private Counter finishedCounter(String executor, String status, String reason) {
        return Counter.builder("worker.tasks.finished")
                .description("Tasks that reached a final state by this worker's write; the stub's only look like runs")
                .tag("executor", executor)
                .tag("status", status)
                .tag("reason", reason)
                .register(registry);
    }

    @Override
    public void spent(Spent spent) {
        spent.micros().ifPresent(this::cost);
        spent.usage().ifPresent(this::tokens);
    }

    private void cost(long micros) {
        Counter.builder("worker.cost.usd")
                .baseUnit("usd")
                .description("What attempts that ended here have cost, each its own part of what the CLI told")
                .register(registry)
                .increment(CostReport.usd(micros).doubleValue());
    }

    private void tokens(Usage usage) {
        tokens("input", usage.inputTokens());
        tokens("output", usage.outputTokens());
        tokens("cache_read", usage.cacheReadTokens());
        tokens("cache_creation", usage.cacheCreationTokens());
    }

    private void tokens(String kind, long count) {
        Counter.builder("worker.tokens")
                .description("Tokens as the CLI counts them")
                .tag("kind", kind)
                .register(registry)
                .increment((double) count);
    }

    @Override
    public void leaseLost() {
        leaseLost.increment();
    }

    @Override
    public void parked(Reason reason) {
        Counter.builder("worker.tasks.parked")
                .description("Runs that a usage limit ended, and whose tasks wait for its reset")
                .tag("reason", reason.wire())
                .register(registry)
                .increment();
    }

    @Override
    public void retried(Reason reason) {
        Counter.builder("worker.tasks.retried")
                .description("Attempts that failed, and whose tasks wait for another one")
                .tag("reason", reason.wire())
                .register(registry)
                .increment();
    }

    @Override
    public void drained(TaskStatus now) {
        Counter.builder("worker.tasks.drained")
                .description("Runs that the worker's stop ended, by what became of their tasks")
                .tag("status", now.wire())
                .register(registry)
                .increment();
    }

    @Override
    public void forgotten(int transcripts, int tasks) {
        forgotten("transcript", transcripts);
        forgotten("task", tasks);
    }

    private void forgotten(String what, int count) {
        Counter.builder("worker.retention.removed")
                .description("What retention has removed")
                .tag("what", what)
                .register(registry)
                .increment(count);
    }

    @Override
    public void alarmed(String cause) {
        Counter.builder("worker.watchdog.ended")
                .description("Runs that the watchdog ended, by cause")
                .tag("cause", cause)
                .register(registry)
                .increment();
    }

    @Override
    public void unknownWord(String where) {
        Counter.builder("worker.cli.unknown")
                .description("Results of the CLI with a word that this version does not know, by the field it stood in")
                .tag("field", where)
                .register(registry)
                .increment();
    }

    @Override
    public void leaked(int processes) {
        leaked.increment(processes);
    }
}
