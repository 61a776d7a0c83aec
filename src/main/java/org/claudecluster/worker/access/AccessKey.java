package org.claudecluster.worker.access;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.claudecluster.worker.task.Tenant;

/**
 * Lets a program in. Only the hash of the key is known. The key is {@code ccw_} and 64 hexadecimal digits, 256 bits by
 * chance, so that one round of SHA-256 is enough.
 *
 * @param name 1 to 100 of letters, digits and {@code . _ @ -}; stands in logs and in {@code submittedBy}
 * @param sha256 64 lower-case hexadecimal digits
 * @param expiresAt from then on the key is unknown
 */
public record AccessKey(String name, String sha256, Tenant tenant, Set<Scope> scopes, Optional<Instant> expiresAt) {

    /** How each begins, so that scanners for secrets and a person know one. */
    public static final String PREFIX = "ccw_";

    static final String NAME_FORM = "1 to 100 of letters, digits and . _ @ -";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,100}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final int BYTES = 32;

    public AccessKey {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name is " + NAME_FORM);
        }
        if (!HASH.matcher(sha256).matches()) {
            throw new IllegalArgumentException("sha256 is 64 lower-case hexadecimal digits");
        }
        requireNonNull(tenant, "tenant");
        requireNonNull(expiresAt, "expiresAt");
        if (scopes.isEmpty()) {
            throw new IllegalArgumentException("scopes names at least one of " + String.join(", ", Scope.names()));
        }
        scopes = Set.copyOf(scopes);
    }

    /** Makes the text of a new key. */
    public static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return PREFIX + HexFormat.of().formatHex(bytes);
    }

    /** The hash by which a key is known. */
    public static String hash(String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    boolean isExpired(Instant now) {
        return expiresAt.filter(end -> !now.isBefore(end)).isPresent();
    }

    /** Whom it lets in. */
    Caller caller() {
        return new Caller(name, Caller.Kind.KEY, tenant, scopes, Optional.empty(), Optional.empty());
    }
}
