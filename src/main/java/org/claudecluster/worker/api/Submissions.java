package org.claudecluster.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;
import org.claudecluster.worker.api.guard.RequestMemory;
import org.claudecluster.worker.api.http.Durations;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.service.Submission;
import org.claudecluster.worker.service.Submitted;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.Storable;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.store.NewTask;
import org.jspecify.annotations.Nullable;

/** Reads submissions out of requests, and says in HTTP what became of them. */
@ApplicationScoped
class Submissions {

    private final RequestMemory memory;

    Submissions(RequestMemory memory) {
        this.memory = memory;
    }

    /**
     * Reads a request. The tree of a body is many times its size: nothing of it is left in what this returns.
     *
     * @param body what was sent
     * @param more what was asked beside the body
     * @param key under which the same request makes one task
     * @param wait how long the client waits for the task's end
     * @param rules makes a spec of a JSON object; throws the {@link TaskProblem} that it is refused with
     */
    Submission read(
            byte[] body, String more, @Nullable String key, @Nullable String wait, Function<JsonNode, TaskSpec> rules) {
        Duration patience = Durations.wait(wait);
        try (RequestMemory.Part _ = memory.forBody(body.length)) {
            JsonNode tree = StrictJson.object(body);
            return new Submission(onceUnder(key, more + tree), Submission.Wish.of(() -> rules.apply(tree)), patience);
        }
    }

    /** 202 for a task that is durable, 200 for one that was final within the wait. */
    static Response answer(Submitted submitted) {
        Response.Status status = switch (submitted) {
            case Submitted.Accepted _ -> Response.Status.ACCEPTED;
            case Submitted.Ended _ -> Response.Status.OK;
        };
        return Response.status(status)
                .header(HttpHeaders.LOCATION, "/tasks/" + submitted.task().id())
                .entity(TaskView.of(submitted.task()))
                .build();
    }

    private static Optional<NewTask.Idempotency> onceUnder(@Nullable String key, String asked) {
        if (key == null) {
            return Optional.empty();
        }
        if (key.isBlank() || key.length() > NewTask.Idempotency.MAX_KEY) {
            throw StrictJson.invalid("Idempotency-Key", "must have 1 to 255 characters");
        }
        if (!NewTask.Idempotency.isKey(key) || !Storable.isText(key)) {
            throw StrictJson.invalid("Idempotency-Key", "must not contain control characters or half a surrogate pair");
        }
        return Optional.of(new NewTask.Idempotency(key, sha256(asked)));
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
