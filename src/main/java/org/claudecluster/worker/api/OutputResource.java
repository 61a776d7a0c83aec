package org.claudecluster.worker.api;

import io.quarkus.security.PermissionsAllowed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.api.access.Callers;
import org.claudecluster.worker.api.http.ByteRange;
import org.claudecluster.worker.api.http.PacedAnswers;
import org.claudecluster.worker.api.http.PlainText;
import org.claudecluster.worker.api.http.Problems;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.service.TaskService;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.OutputPlace;
import org.claudecluster.worker.transcript.TranscriptLog;
import org.claudecluster.worker.transcript.TranscriptRecord;
import org.claudecluster.worker.transcript.TranscriptRecord.Kind;
import org.claudecluster.worker.transcript.Transcripts;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** The transcript as files. A running task's is what was printed so far. */
@Path("/tasks/{id}")
public class OutputResource {

    private static final int BATCH_BYTES = 64 * 1024;
    private static final String RAW = "application/octet-stream";
    private static final String TEXT = "text/plain";
    private static final String ASCIICAST = "application/x-asciicast";
    private static final String JSON_LINES = "application/jsonl";
    private static final int PARTIAL = 206;

    private final TaskService service;
    private final Transcripts transcripts;
    private final ApiSettings settings;
    private final PacedAnswers paced;
    private final Callers callers;

    OutputResource(
            TaskService service, Transcripts transcripts, ApiSettings settings, PacedAnswers paced, Callers callers) {
        this.callers = callers;
        this.service = service;
        this.transcripts = transcripts;
        this.settings = settings;
        this.paced = paced;
    }

    @GET
    @Path("/output")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:read")
    @Operation(
            operationId = "taskOutput",
            summary = "What the terminal printed",
            description = "?format=raw (exact bytes, Range honoured; the default), text (escape sequences removed) or"
                    + " asciicast (v2, plays in asciinema).")
    @APIResponse(
            responseCode = "200",
            description = "All of it.",
            content = {
                @Content(mediaType = RAW, schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = TEXT, schema = @Schema(type = SchemaType.STRING)),
                @Content(mediaType = ASCIICAST, schema = @Schema(type = SchemaType.STRING))
            })
    @APIResponse(
            responseCode = "206",
            description = "The asked range of the raw bytes.",
            content = @Content(mediaType = RAW, schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "304", description = "Nothing was printed since the ETag in If-None-Match.")
    @APIResponse(responseCode = "400", description = "An unknown format.")
    @APIResponse(responseCode = "404", description = "There is no such task.")
    @APIResponse(responseCode = "410", description = "The transcript is older than worker.retention.transcripts.")
    @APIResponse(responseCode = "416", description = "The range begins behind the end.")
    public Response output(
            @PathParam("id") String id,
            @QueryParam("format") @Nullable String format,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
            @Context Request request) {
        Task task = withTranscript(id);
        // RFC 9110, section 14.2: of a HEAD it means nothing.
        @Nullable String asked = request.getMethod().equals(HttpMethod.GET) ? range : null;
        return switch (format == null ? "raw" : format) {
            case "raw" -> raw(task.id(), new Conditions(asked, ifRange, ifNoneMatch));
            case "text" ->
                Response.ok(paced.of(text(task.id())), TEXT + ";charset=UTF-8").build();
            case "asciicast" ->
                Response.ok(paced.of(asciicast(task)), ASCIICAST).build();
            default -> throw StrictJson.invalid("format", "must be raw, text or asciicast");
        };
    }

    /** Holds the conditions that the request's headers set. */
    private record Conditions(
            @Nullable String range,
            @Nullable String ifRange,
            @Nullable String ifNoneMatch) {}

    /** The task, with all that it has printed so far in the log. */
    private Task withTranscript(String id) {
        Task task = service.find(callers.current(), TaskService.id(id));
        if (task.transcriptGone()) {
            throw new TaskProblem(
                    TaskProblem.Code.TRANSCRIPT_EXPIRED,
                    "what the task printed was removed after worker.retention.transcripts; the task itself is still there");
        }
        transcripts.live(task.id()).ifPresent(LiveTranscript::flush);
        return task;
    }

    @GET
    @Path("/events")
    @RunOnVirtualThread
    @PermissionsAllowed("tasks:read")
    @Operation(
            operationId = "taskEvents",
            summary = "The agent events",
            description = "JSON Lines, each as the CLI's stream-json printed it.")
    @APIResponse(
            responseCode = "200",
            description = "All events so far.",
            content = @Content(mediaType = JSON_LINES, schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(responseCode = "404", description = "There is no such task.")
    @APIResponse(responseCode = "410", description = "The transcript is older than worker.retention.transcripts.")
    public Response events(@PathParam("id") String id) {
        Task task = withTranscript(id);
        StreamingOutput body = out -> each(task.id(), Kind.AGENT, record -> {
            out.write(record.bytes());
            out.write('\n');
        });
        return Response.ok(paced.of(body), JSON_LINES).build();
    }

    private Response raw(TaskId id, Conditions conditions) {
        long length = transcripts.log().seek(id, Long.MAX_VALUE).offset();
        OutputTag tag = new OutputTag(id, length);
        if (tag.isIn(conditions.ifNoneMatch())) {
            return Response.notModified().header(HttpHeaders.ETAG, tag).build();
        }
        boolean isSame = conditions.ifRange() == null || tag.isContinuedFrom(conditions.ifRange());
        Optional<ByteRange> range = isSame ? ByteRange.parse(conditions.range(), length) : Optional.empty();
        if (range.filter(asked -> asked.from() >= length).isPresent()) {
            return behindTheEnd(id, length);
        }
        ByteRange sent = range.orElseGet(() -> new ByteRange(0, length));
        Response.ResponseBuilder response = Response.status(
                        range.isPresent() ? PARTIAL : Response.Status.OK.getStatusCode())
                .entity(paced.of(slice(id, sent)))
                .type(RAW)
                .header(HttpHeaders.CONTENT_LENGTH, sent.end() - sent.from())
                .header(HttpHeaders.ETAG, tag)
                .header("Accept-Ranges", "bytes");
        if (range.isPresent()) {
            response.header("Content-Range", "bytes %d-%d/%d".formatted(sent.from(), sent.end() - 1, length));
        }
        return response.build();
    }

    private static Response behindTheEnd(TaskId id, long length) {
        TaskProblem problem = new TaskProblem(
                TaskProblem.Code.RANGE_NOT_SATISFIABLE, "the output has %d bytes so far".formatted(length));
        return Response.fromResponse(
                        Problems.of(problem, "/tasks/" + id + "/output").toResponse())
                .header("Content-Range", "bytes */" + length)
                .build();
    }

    private StreamingOutput slice(TaskId id, ByteRange range) {
        return out -> {
            OutputPlace begin = transcripts.log().seek(id, range.from());
            long at = begin.offset();
            try (TranscriptLog.Reader reader = transcripts.log().read(id, begin.after())) {
                while (at < range.end()) {
                    List<TranscriptRecord> batch = reader.next(BATCH_BYTES);
                    if (batch.isEmpty()) {
                        throw new EOFException("the transcript of " + id + " was removed while it was read");
                    }
                    for (TranscriptRecord record : batch) {
                        at += record.kind() == Kind.OUTPUT ? write(record.bytes(), at, range, out) : 0;
                    }
                }
            }
        };
    }

    /** What of these bytes, the first of which is the output's byte {@code at}, lies in the range; answers how many they are. */
    private static int write(byte[] bytes, long at, ByteRange range, OutputStream out) throws IOException {
        long begin = Math.max(range.from(), at);
        long end = Math.min(range.end(), at + bytes.length);
        if (begin < end) {
            out.write(bytes, (int) (begin - at), (int) (end - begin));
        }
        return bytes.length;
    }

    private StreamingOutput text(TaskId id) {
        return out -> {
            PlainText plain = new PlainText(out);
            each(id, Kind.OUTPUT, record -> plain.accept(record.bytes()));
        };
    }

    private StreamingOutput asciicast(Task task) {
        int cols = settings.terminal().getOrDefault("cols", 80);
        int rows = settings.terminal().getOrDefault("rows", 24);
        return out -> {
            Asciicast cast = new Asciicast(out, cols, rows, task.startedAt().orElse(task.createdAt()));
            all(task.id(), cast::accept);
        };
    }

    /** Takes each record on its way to a client. */
    private interface Sink {
        void accept(TranscriptRecord record) throws IOException;
    }

    private void each(TaskId id, Kind kind, Sink sink) throws IOException {
        all(id, record -> {
            if (record.kind() == kind) {
                sink.accept(record);
            }
        });
    }

    private void all(TaskId id, Sink sink) throws IOException {
        try (TranscriptLog.Reader reader = transcripts.log().read(id, 0)) {
            for (List<TranscriptRecord> batch = reader.next(BATCH_BYTES);
                    !batch.isEmpty();
                    batch = reader.next(BATCH_BYTES)) {
                for (TranscriptRecord record : batch) {
                    sink.accept(record);
                }
            }
        }
    }
}
