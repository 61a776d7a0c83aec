package org.claudecluster.worker.http;

import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.claudecluster.worker.cli.Availability;
import org.claudecluster.worker.exec.ExecutorType;
import org.claudecluster.worker.exec.TaskExecutor;
import org.claudecluster.worker.exec.TaskRun;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Verdict;

/** Prints the prompt. All that a further executor takes is here. */
@Singleton
@IfBuildProperty(name = EchoExecutor.IS_THERE, stringValue = "true")
public final class EchoExecutor implements TaskExecutor {

    static final String IS_THERE = "test.echo-executor";

    @Override
    public ExecutorType type() {
        return new ExecutorType("echo");
    }

    @Override
    public Availability probe() {
        return new Availability.Available(Optional.empty());
    }

    @Override
    public Verdict run(TaskRun run) {
        run.transcript().output(ByteBuffer.wrap(run.task().spec().prompt().getBytes(StandardCharsets.UTF_8)));
        return new Verdict(new Outcome.Completed(new Ending.Exited(0), Optional.empty()), Optional.empty());
    }
}
