package org.claudecluster.worker.credential;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/**
 * Describes a login of the CLI, without its tokens.
 *
 * @param spent whether there is no token left: so the CLI leaves it when a refresh was refused ({@code invalid_grant})
 * @param renewable whether it holds a refresh token
 * @param expiresAt when it ends: the refresh token where its end is known (2.1.330), else the access token
 */
public record LoginTokens(boolean spent, boolean renewable, Optional<Instant> expiresAt) {

    /** Reads the object {@code claudeAiOauth}. Throws {@link IllegalArgumentException} when a field is of another type. */
    static LoginTokens of(JsonNode login) {
        if (!login.isObject()) {
            throw new IllegalArgumentException("must be an object");
        }
        boolean access = has(login, "accessToken");
        boolean renewable = has(login, "refreshToken");
        Optional<Instant> refreshEnds = instant(login, "refreshTokenExpiresAt").filter(_ -> renewable);
        return new LoginTokens(!access && !renewable, renewable, refreshEnds.or(() -> instant(login, "expiresAt")));
    }

    /** Whether it can't serve any more. */
    public boolean isOver(Instant now) {
        return spent
                || (!renewable && expiresAt.filter(end -> !end.isAfter(now)).isPresent());
    }

    private static boolean has(JsonNode login, String name) {
        JsonNode value = login.path(name);
        if (!value.isMissingNode() && !value.isNull() && !value.isTextual()) {
            throw new IllegalArgumentException(name + " must be a text");
        }
        return !value.asText("").isBlank() && value.isTextual();
    }

    /** Milliseconds since 1970; 0 and null are "not known". */
    private static Optional<Instant> instant(JsonNode login, String name) {
        JsonNode value = login.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException(name + " must be a number of milliseconds since 1970");
        }
        return value.asLong() <= 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(value.asLong()));
    }
}
