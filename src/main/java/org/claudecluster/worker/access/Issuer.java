package org.claudecluster.worker.access;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.TextLimits;

/**
 * Lets in whom somebody else vouches for, by a token (JWT) whose signature, issuer, audience and time were checked.
 *
 * @param name as configured; callers are named {@code <name>:<subject>}
 * @param url as tokens name it in {@code iss}
 * @param audience what tokens name in {@code aud}
 * @param required what else a token must say, all of it; without it whoever gets a token of this issuer is let in
 * @param keySource where the public keys of its tokens are
 */
public record Issuer(
        String name,
        String url,
        String audience,
        TenantRule tenant,
        ScopeRule scopes,
        List<RequiredClaim> required,
        KeySource keySource) {

    /** What could make a name look like another, or a line like two. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    /** To the framework that is OIDC's word for "no audience is asked for". */
    private static final String ANY = "any";

    public Issuer {
        requireNonNull(name, "name");
        if (audience.isBlank() || audience.equals(ANY)) {
            throw new IllegalArgumentException(name + ".audience must name one: not blank, and not " + ANY);
        }
        requireNonNull(url, "url");
        requireNonNull(tenant, "tenant");
        requireNonNull(scopes, "scopes");
        required = List.copyOf(required);
        requireNonNull(keySource, "keySource");
    }

    /**
     * Says where public keys are found, and how.
     *
     * @param url of the key set (JWKS); absent: as the issuer's own description (OpenID Connect Discovery) says
     * @param caFile certificates (PEM) that its host may be known by, in place of the JVM's
     * @param tokenFile holds a token that the host wants to see
     */
    public record KeySource(Optional<String> url, Optional<Path> caFile, Optional<Path> tokenFile) {
        public KeySource {
            requireNonNull(url, "url");
            requireNonNull(caFile, "caFile");
            requireNonNull(tokenFile, "tokenFile");
        }
    }

    /** Says whose tasks a token is about. */
    public sealed interface TenantRule {
        record Fixed(Tenant tenant) implements TenantRule {}

        record Claim(ClaimPath path) implements TenantRule {}
    }

    /** Says what a token allows. */
    public sealed interface ScopeRule {
        record Fixed(Set<Scope> scopes) implements ScopeRule {}

        record Claim(ClaimPath path) implements ScopeRule {}
    }

    /** A claim that must be this text, or a list that has it. */
    public record RequiredClaim(ClaimPath path, String value) {

        /** Reads {@code path=value}; throws {@link IllegalArgumentException} for what is none. */
        public static RequiredClaim parse(String text) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new IllegalArgumentException("a required claim is written path=value: " + text);
            }
            return new RequiredClaim(ClaimPath.parse(text.substring(0, equals)), text.substring(equals + 1));
        }

        private boolean isIn(JsonNode claims) {
            JsonNode found = path.in(claims);
            return found.isArray()
                    ? StreamSupport.stream(found.spliterator(), false).anyMatch(this::is)
                    : is(found);
        }

        private boolean is(JsonNode node) {
            return node.isValueNode() && node.asText().equals(value);
        }
    }

    /**
     * Whom a sound token lets in; empty where it lacks a subject ({@code sub}) or a claim that is required, or names no
     * tenant. Scopes that are not
     * ours are passed over.
     */
    public Optional<Caller> caller(JsonNode claims) {
        String subject = claims.path("sub").isTextual() ? claims.path("sub").textValue() : "";
        if (subject.isBlank() || !required.stream().allMatch(claim -> claim.isIn(claims))) {
            return Optional.empty();
        }
        return tenantOf(claims)
                .map(whose -> new Caller(
                        TextLimits.start(
                                name + ":" + UNPRINTABLE.matcher(subject).replaceAll("?"), Caller.MAX_NAME),
                        Caller.Kind.TOKEN,
                        whose,
                        scopesOf(claims),
                        Optional.empty(),
                        Optional.empty()));
    }

    private Optional<Tenant> tenantOf(JsonNode claims) {
        return switch (tenant) {
            case TenantRule.Fixed(Tenant fixed) -> Optional.of(fixed);
            case TenantRule.Claim(ClaimPath path) ->
                Optional.of(path.in(claims))
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::textValue)
                        .flatMap(Tenant::parse);
        };
    }

    private Set<Scope> scopesOf(JsonNode claims) {
        return switch (scopes) {
            case ScopeRule.Fixed(Set<Scope> fixed) -> fixed;
            case ScopeRule.Claim(ClaimPath path) -> {
                Set<Scope> known = EnumSet.noneOf(Scope.class);
                words(path.in(claims)).forEach(word -> Scope.parse(word).ifPresent(known::add));
                yield known;
            }
        };
    }

    private static Stream<String> words(JsonNode claim) {
        return claim.isArray()
                ? StreamSupport.stream(claim.spliterator(), false).map(JsonNode::asText)
                : Arrays.stream(claim.asText("").split(" "));
    }
}
