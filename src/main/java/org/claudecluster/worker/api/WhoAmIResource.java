package org.claudecluster.worker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import org.claudecluster.worker.access.Caller;
import org.claudecluster.worker.access.Scope;
import org.claudecluster.worker.api.access.Callers;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Tells callers whom the worker takes them for. */
@Path("/whoami")
@Produces(MediaType.APPLICATION_JSON)
public class WhoAmIResource {

    private final Callers callers;

    WhoAmIResource(Callers callers) {
        this.callers = callers;
    }

    /** Whom a key, a token or nothing stands for. */
    @Schema(name = "WhoAmI")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WhoAmI(
            @Schema(description = "A key's name, <issuer>:<subject> of a token, or local.")
            String name,

            @Schema(enumeration = {"local", "key", "token"}) String kind,

            @Schema(description = "Whose tasks it sees.") String tenant,

            @Schema(description = "What it may do.") List<String> scopes,

            @Schema(description = "The address that the request came from.") @Nullable
            String peer) {

        static WhoAmI of(Caller caller) {
            return new WhoAmI(
                    caller.name(),
                    caller.kind().name().toLowerCase(Locale.ROOT),
                    caller.tenant().name(),
                    caller.scopes().stream().map(Scope::wire).sorted().toList(),
                    caller.peer().orElse(null));
        }
    }

    @GET
    @PermissionsAllowed("tasks:read")
    @Operation(operationId = "whoAmI", summary = "Whom the worker takes you for, and what you may do")
    @APIResponse(
            responseCode = "200",
            description = "The caller.",
            content = @Content(schema = @Schema(implementation = WhoAmI.class)))
    public WhoAmI whoAmI() {
        return WhoAmI.of(callers.current());
    }
}
