package org.claudecluster.worker.apistub;

import java.util.LinkedHashMap;
import java.util.Map;

/** The API's errors: type and message by HTTP status, and the headers of a usage limit. */
final class ErrorShapes {

    private ErrorShapes() {}

    static Reply.ApiError error(int status, Map<String, String> headers) {
        return switch (status) {
            case 400 ->
                new Reply.ApiError(status, "invalid_request_error", "The stub was told to reject this.", headers);
            case 401 -> new Reply.ApiError(status, "authentication_error", "invalid x-api-key", headers);
            case 402 -> new Reply.ApiError(status, "billing_error", "Your credit balance is too low.", headers);
            case 403 -> new Reply.ApiError(status, "permission_error", "Your key may not use this.", headers);
            case 404 -> new Reply.ApiError(status, "not_found_error", "Not found.", headers);
            case 413 -> new Reply.ApiError(status, "request_too_large", "Request exceeds the maximum size.", headers);
            case 429 ->
                new Reply.ApiError(status, "rate_limit_error", "This request would exceed your rate limit.", headers);
            case 500 -> new Reply.ApiError(status, "api_error", "Internal server error", headers);
            case 529 -> new Reply.ApiError(status, "overloaded_error", "Overloaded", headers);
            default -> new Reply.ApiError(status, "api_error", "HTTP " + status, headers);
        };
    }

    static Reply.ApiError badRequest(String message) {
        return new Reply.ApiError(400, "invalid_request_error", message, Map.of("x-should-retry", "false"));
    }

    /** @param reset seconds since 1970 */
    static Map<String, String> limitHeaders(String claim, String status, long reset) {
        String window = "anthropic-ratelimit-unified-" + (claim.startsWith("seven_day") ? "7d" : "5h");
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("anthropic-ratelimit-unified-status", status);
        headers.put("anthropic-ratelimit-unified-reset", Long.toString(reset));
        headers.put("anthropic-ratelimit-unified-representative-claim", claim);
        headers.put("anthropic-ratelimit-unified-overage-status", "rejected");
        headers.put("anthropic-ratelimit-unified-overage-disabled-reason", "org_level_disabled");
        headers.put(window + "-status", status);
        headers.put(window + "-reset", Long.toString(reset));
        headers.put(window + "-utilization", status.equals("rejected") ? "1.0" : "0.9");
        headers.put(window + "-surpassed-threshold", status.equals("rejected") ? "1.0" : "0.9");
        return headers;
    }
}
