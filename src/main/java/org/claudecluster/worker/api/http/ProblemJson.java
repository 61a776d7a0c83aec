package org.claudecluster.worker.api.http;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.jspecify.annotations.Nullable;

/** Sends a problem from outside JAX-RS, in the same shape. */
public final class ProblemJson {

    private ProblemJson() {}

    /**
     * Sends in a turn of its own, where an event loop asks: the end of an answer begins with the next request that its
     * client has sent ahead, on the same stack, and a thousand of them would overflow it.
     */
    public static void send(RoutingContext routing, HttpProblem problem) {
        inATurnOfItsOwn(() -> send(routing.response(), problem));
    }

    /** Runs it where nothing else of this event loop is on the stack; at once on any other thread. */
    public static void inATurnOfItsOwn(Runnable action) {
        @Nullable Context context = Vertx.currentContext();
        if (context != null && Context.isOnEventLoopThread()) {
            context.runOnContext(_ -> action.run());
        } else {
            action.run();
        }
    }

    public static void send(HttpServerResponse response, HttpProblem problem) {
        problem.getHeaders().forEach((name, value) -> response.putHeader(name, String.valueOf(value)));
        response.setStatusCode(problem.getStatusCode())
                .putHeader("Content-Type", Problems.MEDIA_TYPE)
                .end(body(problem));
    }

    public static Buffer body(HttpProblem problem) {
        return object(problem).toBuffer();
    }

    public static JsonObject object(HttpProblem problem) {
        JsonObject body = new JsonObject()
                .put("type", String.valueOf(problem.getType()))
                .put("title", problem.getTitle())
                .put("status", problem.getStatusCode())
                .put("detail", problem.getDetail())
                .put("instance", String.valueOf(problem.getInstance()));
        if (problem.getParameters().get("errors") instanceof List<?> errors) {
            JsonArray fields = new JsonArray();
            for (Object error : errors) {
                if (error instanceof FieldError(String field, String message)) {
                    fields.add(new JsonObject().put("field", field).put("message", message));
                }
            }
            body.put("errors", fields);
        }
        return body;
    }
}
