package org.claudecluster.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.claudecluster.worker.api.http.BodyLimit;
import org.claudecluster.worker.api.http.Durations;
import org.claudecluster.worker.api.http.JsonFaults;
import org.claudecluster.worker.api.http.StrictJson;
import org.claudecluster.worker.api.stream.SseFrames;
import org.claudecluster.worker.task.ArgumentText;
import org.claudecluster.worker.task.Backoff;
import org.claudecluster.worker.task.ClaudeOptions;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.PermissionMode;
import org.claudecluster.worker.task.Retry;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.store.NewTask;
import org.claudecluster.worker.task.store.TaskFilter;
import org.claudecluster.worker.task.store.TaskPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The page tells each bound that is enforced, and no other. */
class ApiPageTest {

    private static final Path PAGE = Path.of("docs/api.md");
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;

    /** A field of {@code POST /run} that is no group of others. */
    record Field(String path, RecordComponent part) {
        @Override
        public String toString() {
            return path;
        }
    }

    /** A constraint of a field, or of what is in it. */
    record Bound(Field field, Annotation constraint) {
        @Override
        public String toString() {
            return field + " " + constraint.annotationType().getSimpleName();
        }
    }

    static Stream<Field> fields() {
        return fields("", SubmitRequest.class);
    }

    static Stream<Bound> bounds() {
        return fields().flatMap(field ->
                constraints(field.part().getAnnotatedType()).map(constraint -> new Bound(field, constraint)));
    }

    @ParameterizedTest
    @MethodSource("fields")
    void every_field_of_a_submit_has_a_row(Field field) throws IOException {
        assertThat(row(field.path())).isNotBlank();
    }

    @Test
    void the_page_names_no_field_that_is_not_there() throws IOException {
        List<String> groups = List.of("retry");
        assertThat(rows().flatMap(ApiPageTest::names).filter(name -> !groups.contains(name)))
                .containsExactlyInAnyOrderElementsOf(fields().map(Field::path).toList());
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void every_constraint_is_told_in_its_row_and_in_its_message(Bound bound) throws IOException {
        assertThat(row(bound.field().path())).contains(told(bound.constraint()));
        assertThat(message(bound.constraint())).contains(ends(bound.constraint()));
    }

    /** Bounds that no annotation says: the constant that is enforced, and the words for it. */
    static Stream<Arguments> others() {
        String argument = "at most " + kib(ArgumentText.MAX_BYTES) + " of UTF-8";
        String numbers = "1e-%1$d to 1e%1$d".formatted(JsonFaults.MAX_EXPONENT);
        return Stream.of(
                Arguments.of("prompt", "1 character to " + kib(TaskSpec.MAX_PROMPT_BYTES) + " of UTF-8"),
                Arguments.of("priority", range(TaskSpec.MIN_PRIORITY, TaskSpec.MAX_PRIORITY)),
                Arguments.of("priority", "default " + TaskSpec.DEFAULT_PRIORITY),
                Arguments.of("metadata", "at most " + kib(TaskSpec.MAX_METADATA_BYTES)),
                Arguments.of("metadata", numbers),
                Arguments.of("labels", "at most " + TaskSpec.MAX_LABELS + " strings"),
                Arguments.of("timeoutMs", range(TaskSpec.MIN_TIMEOUT.toMillis(), TaskSpec.MAX_TIMEOUT.toMillis())),
                Arguments.of("maxAttempts", range(1, TaskSpec.MAX_ATTEMPTS)),
                Arguments.of("retry.maxAttempts", range(1, TaskSpec.MAX_ATTEMPTS)),
                Arguments.of("retry.on", "at most " + RetryRules.MAX_REASONS),
                Arguments.of("retry.backoff.initialMs", range(1, Backoff.MAX_INITIAL.toMillis())),
                Arguments.of(
                        "retry.backoff.initialMs",
                        "default " + Backoff.DEFAULT.initial().toMillis()),
                Arguments.of("retry.backoff.maxMs", range(1, Backoff.MAX_WAIT.toMillis())),
                Arguments.of(
                        "retry.backoff.maxMs",
                        "default " + Backoff.DEFAULT.max().toMillis()),
                Arguments.of("retry.backoff.factor", range(1, (long) Backoff.MAX_FACTOR)),
                Arguments.of("workingDirectory", range(1, TaskSpec.MAX_WORKING_DIRECTORY) + " characters"),
                Arguments.of("workingDirectory", "at most " + WorkingDirectories.MAX_NAME_BYTES + " bytes"),
                Arguments.of("workingDirectory", WorkingDirectories.MAX_PATH_BYTES + " bytes with"),
                Arguments.of("workspace.git.url", range(1, GitSource.MAX_URL) + " characters"),
                Arguments.of("workspace.git.ref", range(1, GitSource.MAX_REF) + " characters"),
                Arguments.of("workspace.git.depth", range(1, GitSource.MAX_DEPTH)),
                Arguments.of("workspace.git.tokenSecretName", range(1, GitSource.MAX_SECRET_NAME) + " characters"),
                Arguments.of("claude.model", range(1, ClaudeOptions.MAX_MODEL)),
                Arguments.of("claude.maxTurns", range(1, ClaudeOptions.MAX_TURNS)),
                Arguments.of("claude.allowedTools", kib(ArgumentText.MAX_BYTES) + " of UTF-8"),
                Arguments.of("claude.appendSystemPrompt", argument),
                Arguments.of("claude.mcpConfig", argument));
    }

    @ParameterizedTest
    @MethodSource("others")
    void every_other_bound_is_told_in_its_row(String field, String words) throws IOException {
        assertThat(row(field)).contains(words);
    }

    @Test
    void every_permission_mode_is_told() throws IOException {
        assertThat(row("claude.permissionMode"))
                .contains(Arrays.stream(PermissionMode.values())
                        .map(mode -> "`" + mode.wire() + "`")
                        .toList());
    }

    @Test
    void every_reason_that_retry_may_name_is_told() throws IOException {
        String choices = String.join(
                ", ", Retry.choices().stream().map(wire -> "`" + wire + "`").toList());
        assertThat(page().replaceAll("\\s+", " ")).contains("May be named: " + choices + ".");
    }

    /** Bounds of requests as a whole, and of answers. */
    static Stream<String> sentences() {
        return Stream.of(
                "The body may have at most " + mib(BodyLimit.MAX_BYTES),
                "at most %d levels, names of %d and numbers of %d characters, and %s names, values and brackets"
                        .formatted(
                                StrictJson.MAX_DEPTH,
                                StrictJson.MAX_NAME,
                                StrictJson.MAX_NUMBER,
                                grouped(StrictJson.MAX_TOKENS)),
                "`errors` has the first %d, each with its `field` (%d characters at most)"
                        .formatted(StrictJson.MAX_ERRORS, TaskProblem.FieldError.MAX_FIELD),
                "at most " + Durations.MAX_WAIT.toSeconds() + "s) holds the answer back",
                "Send `Idempotency-Key` (" + range(1, NewTask.Idempotency.MAX_KEY) + " characters",
                "`limit` (%d, at most %d)".formatted(TaskFilter.DEFAULT_LIMIT, TaskFilter.MAX_LIMIT),
                "only the first " + grouped(TaskPage.START) + " characters",
                "its texts would be more than " + mib(TaskPage.MAX_BYTES),
                "%s at most, and %s of paths and URLs"
                        .formatted(grouped(ArtifactListing.MAX_FILES), mib(ArtifactListing.MAX_BYTES)),
                "one `output` event of about " + kib(SseFrames.MERGED_BYTES),
                "the body has more than " + mib(BodyLimit.MAX_BYTES));
    }

    @ParameterizedTest
    @MethodSource("sentences")
    void every_bound_of_requests_and_answers_is_told(String sentence) throws IOException {
        assertThat(page().replaceAll("\\s+", " ")).contains(sentence);
    }

    private static Stream<Field> fields(String prefix, Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .flatMap(part -> part.getAnnotatedType().isAnnotationPresent(Valid.class)
                        ? fields(prefix + part.getName() + ".", part.getType())
                        : Stream.of(new Field(prefix + part.getName(), part)));
    }

    private static Stream<Annotation> constraints(AnnotatedType type) {
        Stream<Annotation> own = Arrays.stream(type.getAnnotations())
                .filter(annotation ->
                        annotation.annotationType().getPackageName().equals(Size.class.getPackageName()));
        return type instanceof AnnotatedParameterizedType generic
                ? Stream.concat(
                        own,
                        Arrays.stream(generic.getAnnotatedActualTypeArguments()).flatMap(ApiPageTest::constraints))
                : own;
    }

    private static String told(Annotation constraint) {
        return switch (constraint) {
            case Size size -> size.min() == 0 ? "at most " + size.max() : range(size.min(), size.max());
            case Min min -> min.value() + " to ";
            case Max max -> " to " + max.value();
            case DecimalMin min -> min.value() + " to ";
            case DecimalMax max -> " to " + max.value();
            case Digits digits -> "at most " + digits.fraction() + " digits behind the point";
            case Pattern pattern -> "`" + pattern.regexp().replace("|", "`, `") + "`";
            case NotBlank _ -> "";
            default -> throw new IllegalArgumentException("no words are known for " + constraint);
        };
    }

    private static String ends(Annotation constraint) {
        return switch (constraint) {
            case Size size -> String.valueOf(size.max());
            case Digits digits -> digits.fraction() + " digits";
            case Pattern pattern -> pattern.regexp().substring(pattern.regexp().lastIndexOf('|') + 1);
            case NotBlank _ -> "must";
            default -> told(constraint).strip();
        };
    }

    private static String message(Annotation constraint) {
        try {
            return (String) constraint.annotationType().getMethod("message").invoke(constraint);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no message: " + constraint, e);
        }
    }

    private static String range(long from, long to) {
        return from + " to " + to;
    }

    private static String kib(long bytes) {
        return bytes / KIB + " KiB";
    }

    private static String mib(long bytes) {
        return bytes / MIB + " MiB";
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    /** What is said of a field. */
    private static String row(String field) throws IOException {
        List<String> rows =
                rows().filter(row -> names(row).anyMatch(field::equals)).toList();
        assertThat(rows).as("rows of %s in %s", field, PAGE).hasSize(1);
        return rows.getFirst().substring(rows.getFirst().indexOf('|', 1));
    }

    private static Stream<String> rows() throws IOException {
        String page = page();
        return page.substring(page.indexOf("### `POST /run`"), page.indexOf("\nMay be named:"))
                .lines()
                .filter(line -> line.startsWith("| `"));
    }

    private static Stream<String> names(String row) {
        return java.util.regex.Pattern.compile("`([^`]+)`")
                .matcher(row.substring(0, row.indexOf('|', 1)))
                .results()
                .map(name -> name.group(1));
    }
}
