package org.claudecluster.worker.api;

import io.quarkus.security.PermissionsAllowed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.claudecluster.worker.api.http.Times;
import org.claudecluster.worker.service.ServiceSettings;
import org.claudecluster.worker.task.store.RegisteredWorker;
import org.claudecluster.worker.task.store.WorkerRegistry;
import org.claudecluster.worker.task.store.WorkerState;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** The workers that share this one's store. */
@Path("/workers")
@Produces(MediaType.APPLICATION_JSON)
public class WorkersResource {

    private final WorkerRegistry registry;
    private final ServiceSettings settings;

    WorkersResource(WorkerRegistry registry, ServiceSettings settings) {
        this.registry = registry;
        this.settings = settings;
    }

    /** One of them, as it last said. */
    @Schema(name = "Worker")
    public record WorkerView(
            String id,
            String name,

            @Schema(description = "What workerId in a submit may name besides the id.")
            List<String> names,

            String version,
            int slots,
            int activeTasks,
            boolean draining,
            String lastSeen,

            @Schema(description = "Whether it was seen less than a lease ago.")
            boolean alive) {

        static WorkerView of(RegisteredWorker worker) {
            WorkerState state = worker.state();
            return new WorkerView(
                    state.id().value(),
                    state.name(),
                    state.names().stream().sorted().toList(),
                    state.version(),
                    state.slots(),
                    state.activeTasks(),
                    state.draining(),
                    Times.wire(worker.lastSeen()),
                    worker.alive());
        }
    }

    /** All of them. */
    @Schema(name = "WorkerList")
    public record WorkerList(List<WorkerView> workers) {}

    @GET
    @RunOnVirtualThread
    @PermissionsAllowed("admin")
    @Operation(
            operationId = "listWorkers",
            summary = "List the workers that share this store",
            description = "By name. Each says that it is there with every renewal of its leases; one that ended in"
                    + " order is gone at once, one that crashed after a day.")
    @APIResponse(
            responseCode = "200",
            description = "All that were seen lately.",
            content = @Content(schema = @Schema(implementation = WorkerList.class)))
    @APIResponse(responseCode = "503", description = "The store is away; Retry-After is set.")
    public WorkerList list() {
        return new WorkerList(
                registry.workers(settings.lease()).stream().map(WorkerView::of).toList());
    }
}
