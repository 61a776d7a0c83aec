package org.claudecluster.worker.api.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.channel.ChannelFuture;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.function.Function;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.access.Scope;
import org.claudecluster.worker.api.ApiSettings;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.api.http.ProblemJson;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.service.Streaming;
import org.claudecluster.worker.service.TaskService;
import org.claudecluster.worker.task.EventIds;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.store.StoreUnavailableException;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.RemoteTranscripts;
import org.claudecluster.worker.transcript.Transcripts;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /stream/{id}} as server-sent events. A Vert.x route and not a JAX-RS resource, since the bytes of an event
 * are made once for all viewers and go out as they are.
 */
@ApplicationScoped
class StreamRoute {

    private static final Logger LOG = Logger.getLogger(StreamRoute.class);

    private static final int NO_CONTENT = 204;

    private final Function<Caller, TaskStream.Sources> sourcesOf;
    private final TaskService service;
    private final Streaming streaming;
    private final ApiSettings settings;
    private final ObjectMapper json;

    StreamRoute(
            TaskService service,
            Transcripts transcripts,
            RemoteTranscripts watches,
            Streaming streaming,
            SharedFrames frames,
            ApiSettings settings,
            ObjectMapper json) {
        this.sourcesOf = caller ->
                new TaskStream.Sources(task -> service.find(caller, task), transcripts, watches, streaming, frames);
        this.service = service;
        this.streaming = streaming;
        this.settings = settings;
        this.json = json;
    }

    void register(@Observes Router router) {
        router.get("/stream/:id").handler(this::open);
    }

    private void open(RoutingContext routing) {
        Thread.ofVirtual().name("stream").start(() -> {
            try {
                serve(routing);
            } catch (TaskProblem e) {
                refuse(routing, e);
            } catch (StoreUnavailableException _) {
                refuse(routing, new TaskProblem(TaskProblem.Code.STORE_UNAVAILABLE, "the store does not answer"));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("a stream broke off", e);
                routing.response().reset();
            }
        });
    }

    private void serve(RoutingContext routing) throws InterruptedException {
        Caller caller = Callers.of(routing, Scope.READ);
        TaskId id = TaskService.id(String.valueOf(routing.pathParam("id")));
        long asked = after(routing);
        Optional<LiveTranscript> live = service.live(caller, id);
        Optional<Task> task = live.isPresent() ? Optional.empty() : Optional.of(service.find(caller, id));
        long epoch = live.map(running -> EventIds.epoch(running.begin()))
                .orElseGet(() -> task.orElseThrow().epoch());
        long after = known(epoch, asked);
        if (task.filter(found -> sawTheEnd(found, after)).isPresent()) {
            // What tells an EventSource to stop reconnecting.
            routing.response().setStatusCode(NO_CONTENT).end();
            return;
        }
        streaming.enter();
        try {
            HttpServerResponse response = routing.response();
            response.setChunked(true)
                    .putHeader("Content-Type", "text/event-stream;charset=UTF-8")
                    .putHeader("Cache-Control", "no-cache, no-transform")
                    .putHeader("X-Accel-Buffering", "no");
            StreamWriter writer = new StreamWriter(response, settings, () -> cutOff(routing.request()));
            try (TaskStream stream = new TaskStream(id, task, after, writer, sourcesOf.apply(caller), json)) {
                stream.run();
            }
        } finally {
            streaming.leave();
        }
    }

    /** Closes the connection whatever is still to be sent: Vert.x' own close waits until that is taken. */
    static void cutOff(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            ChannelFuture _ = connection.channelHandlerContext().close();
        }
    }

    /** Only who has the complete event has seen the end: a viewer may hold more than the log, where a worker was lost. */
    private static boolean sawTheEnd(Task task, long after) {
        return task.status().isFinal() && after == task.lastEventId();
    }

    /** A claim that never was can't have shown anything: such a position is made up, and nothing lies before it. */
    private static long known(long epoch, long after) {
        return EventIds.epoch(after) > epoch ? 0 : after;
    }

    /** The last event's id that the viewer has: the header of a reconnecting EventSource, or {@code ?after=}. */
    private static long after(RoutingContext routing) {
        @Nullable String header = routing.request().getHeader("Last-Event-ID");
        @Nullable String query = routing.request().getParam("after");
        Optional<String> given =
                Optional.ofNullable(header).or(() -> Optional.ofNullable(query)).map(String::strip);
        if (given.isEmpty() || given.get().isEmpty()) {
            return 0;
        }
        if (!given.get().matches("\\d{1,18}")) {
            throw StrictJson.invalid(header != null ? "Last-Event-ID" : "after", "must be an event id: 0 or more");
        }
        return Long.parseLong(given.get());
    }

    private static void refuse(RoutingContext routing, TaskProblem problem) {
        if (routing.response().headWritten()) {
            routing.response().reset();
            return;
        }
        ProblemJson.send(routing, Problems.of(problem, routing.normalizedPath()));
    }
}
