package org.claudecluster.worker.task.result;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** A request that can't be served, by a stable code. Only the HTTP edge knows what status the code becomes. */
public final class TaskProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Code code;
    private final transient List<FieldError> errors;

    /** The kinds of refusal; the wire form is the lower-case name with dashes. */
    public enum Code {
        MALFORMED_REQUEST,
        TARGET_TOO_LONG,
        HEADERS_TOO_LARGE,
        REQUEST_TIMEOUT,
        MALFORMED_BODY,
        BODY_TOO_LARGE,
        INVALID_REQUEST,
        UNAUTHORIZED,
        BEHIND_A_PROXY,
        FORBIDDEN,
        CROSS_SITE,
        HOST_NOT_ALLOWED,
        NOT_FOUND,
        NOT_FINAL,
        NOT_CONTINUABLE,
        NO_WORKSPACE,
        WORKSPACE_ELSEWHERE,
        WORKSPACE_GONE,
        WORKSPACE_UNREADABLE,
        NOT_RUNNING,
        IDEMPOTENCY_KEY_REUSED,
        EXECUTOR_UNAVAILABLE,
        STREAMING_OFF,
        TRANSCRIPT_EXPIRED,
        UNSUPPORTED_MEDIA_TYPE,
        RANGE_NOT_SATISFIABLE,
        QUEUE_FULL,
        TOO_MANY_STREAMS,
        TOO_MANY_CONNECTIONS,
        TOO_MANY_DOWNLOADS,
        OVERLOADED,
        DRAINING,
        ISSUER_UNAVAILABLE,
        STORE_UNAVAILABLE
    }

    /** A fault of one field, with what is allowed and what to do. */
    public record FieldError(String field, String message) {
        public static final int MAX_FIELD = 200;

        public FieldError {
            requireNonNull(message, "message");
            // Callers choose names; an answer must not be as long as what it refuses.
            field = field.length() <= MAX_FIELD ? field : TextLimits.start(field, MAX_FIELD) + "…";
        }
    }

    public TaskProblem(Code code, String detail) {
        this(code, detail, List.of());
    }

    public TaskProblem(Code code, String detail, List<FieldError> errors) {
        super(detail);
        this.code = requireNonNull(code, "code");
        this.errors = List.copyOf(errors);
    }

    public Code code() {
        return code;
    }

    public List<FieldError> errors() {
        return errors;
    }
}
