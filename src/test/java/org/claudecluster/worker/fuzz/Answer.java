package org.claudecluster.worker.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One answer of the worker.
 *
 * @param headers by their names in small letters
 * @param body what came of it; a stream is not awaited to its end
 */
record Answer(int status, Map<String, String> headers, byte[] body) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BAD = 400;
    private static final int ERROR = 500;
    private static final int FULL = 503;

    /** All answers that came over a connection, one after another. */
    static List<Answer> of(byte[] bytes, boolean head) {
        List<Answer> answers = new ArrayList<>();
        String text = new String(bytes, ISO_8859_1);
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf("\r\n\r\n", at);
            if (end < 0 || !text.startsWith("HTTP/1.", at)) {
                answers.add(new Answer(
                        ERROR, Map.of("x-broken", "no HTTP"), text.substring(at).getBytes(ISO_8859_1)));
                return answers;
            }
            List<String> lines = text.substring(at, end).lines().toList();
            Map<String, String> headers = new TreeMap<>();
            lines.stream().skip(1).forEach(line -> {
                int colon = Math.max(0, line.indexOf(':'));
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            });
            int status = Integer.parseInt(lines.getFirst().substring(9, 12));
            int begin = end + 4;
            int next = head || status < 200 || status == 204 || status == 304 ? begin : bodyEnd(text, begin, headers);
            answers.add(new Answer(status, headers, text.substring(begin, next).getBytes(ISO_8859_1)));
            at = next;
        }
        answers.removeIf(answer -> answer.status == 100);
        return answers;
    }

    private static int bodyEnd(String text, int begin, Map<String, String> headers) {
        String length = headers.get("content-length");
        if (length != null) {
            return (int) Math.min(text.length(), begin + Long.parseLong(length));
        }
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            int last = text.indexOf("\r\n0\r\n\r\n", begin - 2);
            return last < 0 ? text.length() : last + 7;
        }
        return text.length();
    }

    /** Why it is no answer that a client should get, if it is none. */
    Optional<String> fault(boolean head) {
        if (status >= ERROR && status != FULL) {
            return Optional.of("a " + status);
        }
        if (status == FULL && !headers.containsKey("retry-after")) {
            return Optional.of("a 503 without Retry-After");
        }
        return status < BAD ? Optional.empty() : problemFault(head);
    }

    private Optional<String> problemFault(boolean head) {
        if (!headers.getOrDefault("content-type", "").startsWith("application/problem+json")) {
            return Optional.of("a " + status + " without a problem's type");
        }
        if (head) {
            return body.length == 0 ? Optional.empty() : Optional.of("an answer to HEAD with a body");
        }
        try {
            JsonNode problem = JSON.readTree(body);
            boolean isOne = problem.path("status").asInt() == status
                    && problem.path("type").asText().startsWith("urn:claudecluster:problem:")
                    && !problem.path("title").asText().isEmpty()
                    && !problem.path("detail").asText().isEmpty()
                    && problem.path("instance").asText().startsWith("/")
                    && !problem.path("detail").asText().contains("Error id");
            return isOne ? Optional.empty() : Optional.of("a problem that lacks something");
        } catch (IOException e) {
            return Optional.of("a problem that is no JSON");
        }
    }

    String shown() {
        String text = new String(body, 0, Math.min(body.length, 300), ISO_8859_1);
        return status + " " + headers + " " + text.replace("\n", "\\n");
    }
}
