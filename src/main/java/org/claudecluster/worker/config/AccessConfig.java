package org.claudecluster.worker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Configures who may ask this worker for what; docs/access.md has the tables. */
@ConfigMapping(prefix = "worker.access")
public interface AccessConfig {

    /**
     * What a request without a key or a token may do: {@code key} nothing, {@code local} everything if it was sent neither
     * by a page nor through a proxy, nor under a strange name, {@code none} everything. {@code auto} is {@code local} on a loopback address while neither keys nor
     * issuers are configured, else {@code key}.
     */
    @WithDefault("auto")
    Mode mode();

    /** The modes. */
    enum Mode {
        AUTO,
        KEY,
        LOCAL,
        NONE
    }

    /**
     * Names by which the worker may be asked without a key, without a port; {@code *.example.com} is any name below.
     * Addresses, {@code localhost} and the host's own name always are: what a browser sends under another name may be a
     * page's.
     */
    @TextLength(from = 1, to = 253)
    Optional<List<String>> hosts();

    /**
     * The file of keys. Looked at each second; a file that can't be used stops the start, and later changes nothing.
     * Absent, in mode {@code key} without issuers: the first start makes a key, in {@code access/token} of the data
     * directory.
     */
    Optional<Path> keysFile();

    /** Whether {@code /q/metrics} needs a key or a token, too. */
    @WithDefault("false")
    @WithConverter(TrueOrFalse.class)
    boolean metrics();

    /** Issuers of tokens (OpenID Connect), each under a name of your choice. */
    Map<String, Issuer> oidc();

    /** Configures one issuer. */
    interface Issuer {

        /** As its tokens name it in {@code iss}; its keys are found below it ({@code .well-known}), unless told. */
        String url();

        /** What its tokens must name in {@code aud}. */
        String audience();

        /** The claim that names the tenant; {@code a/b} is b within a, and a name with a slash stands in quotes. */
        Optional<String> tenantClaim();

        /** The tenant of all its tokens, in place of a claim. */
        Optional<String> tenant();

        /** The claim that names the scopes, in a list or with spaces between them. */
        Optional<String> scopeClaim();

        /** The scopes of all its tokens, in place of a claim. Absent, as is a claim's name: the claim {@code scope}. */
        Optional<List<String>> scopes();

        /**
         * What else a token must say, as {@code path=value}, separated by commas; all of it. An issuer that others share
         * gives its tokens to everybody: without this all of them are let in.
         */
        Optional<List<String>> requiredClaims();

        /** Where its public keys are, if they can't be found below its URL. */
        Optional<String> jwksUrl();

        /** Certificates (PEM) that its host may be known by, in place of the JVM's. */
        Optional<Path> caFile();

        /** A file whose content goes along as a bearer token where the keys are asked for. */
        Optional<Path> tokenFile();
    }
}
