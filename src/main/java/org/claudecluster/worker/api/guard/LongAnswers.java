package org.claudecluster.worker.api.guard;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many transcripts and how many workspaces are read out at once. Each costs a thread, a reader and a buffer as
 * long as its client takes. Streams and waits have bounds of their own (service.Streaming).
 */
@ApplicationScoped
class LongAnswers {

    /** Behind the refusals that cost nothing. */
    private static final int PRIORITY = 50;

    private static final Pattern PATH = Pattern.compile("/tasks/[^/]+/(output|events|diff|artifacts)(?:/.*)?");

    private final Map<String, Kind> kinds;

    /** A kind of answers, of which so many may be read out at once. */
    private record Kind(String what, String setting, int most, Semaphore places) {

        Kind(String what, String setting, int most) {
            this(what, setting, most, new Semaphore(most));
        }

        TaskProblem full() {
            return new TaskProblem(
                    Code.TOO_MANY_DOWNLOADS,
                    "%d %s are read at the moment, which is %s".formatted(most, what, setting));
        }
    }

    LongAnswers(AnswerLimits limits) {
        Kind transcripts = new Kind("transcripts", "worker.http.max-transcripts", limits.transcripts());
        Kind workspaces = new Kind("workspaces", "worker.http.max-workspaces", limits.workspaces());
        kinds = Map.of("output", transcripts, "events", transcripts, "diff", workspaces, "artifacts", workspaces);
    }

    void register(@Observes Filters filters) {
        filters.register(this::enter, PRIORITY);
    }

    private void enter(RoutingContext routing) {
        Matcher path = PATH.matcher(routing.normalizedPath());
        @Nullable Kind kind = path.matches() ? kinds.get(path.group(1)) : null;
        if (kind == null) {
            routing.next();
            return;
        }
        if (!kind.places().tryAcquire()) {
            ProblemJson.send(routing, Problems.of(kind.full(), routing.normalizedPath()));
            return;
        }
        release(routing, kind.places());
        routing.next();
    }

    /**
     * When the answer is sent, or its connection is gone: that is not told by the router where whoever writes the answer
     * has heard of it first.
     */
    private static void release(RoutingContext routing, Semaphore places) {
        AtomicBoolean isHeld = new AtomicBoolean(true);
        Runnable once = () -> {
            if (isHeld.compareAndSet(true, false)) {
                places.release();
            }
        };
        ChannelFuture closed =
                ((ConnectionBase) routing.request().connection()).channel().closeFuture();
        ChannelFutureListener gone = _ -> once.run();
        closed.addListener(gone);
        routing.addEndHandler(_ -> {
            // A connection may be kept for many answers.
            closed.removeListener(gone);
            once.run();
        });
    }
}
