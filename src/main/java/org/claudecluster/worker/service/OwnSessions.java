package org.claudecluster.worker.service;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import org.claudecluster.worker.task.TaskSpec;
import org.claudecluster.worker.task.Tenant;
import org.claudecluster.worker.task.result.TaskProblem;
import org.claudecluster.worker.task.result.TaskProblem.Code;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.claudecluster.worker.task.store.SessionUse;
import org.claudecluster.worker.task.store.Tenants;

/**
 * Keeps tenants out of each other's sessions of the CLI. Whose a session is never changes, so that looking first is no
 * race: its id is a random one until the first task has run in it.
 */
@ApplicationScoped
class OwnSessions {

    private static final String FIELD = "claude.resumeSessionId";
    private static final String NOT_OWN = "must be a session that a task of the same tenant has run in";

    private final Tenants tenants;

    OwnSessions(Tenants tenants) {
        this.tenants = tenants;
    }

    /** Whether the tenant may go on in a session that a task of its own has told. */
    boolean mayGoOn(Tenant tenant, UUID session) {
        return tenants.tasks(tenant).use(session) != SessionUse.ANOTHERS;
    }

    /** What was asked for; throws the {@link TaskProblem} for a session that the tenant may not name. */
    TaskSpec required(Tenant tenant, TaskSpec asked) {
        asked.claude()
                .resumeSessionId()
                .filter(session -> !mayName(tenant, session))
                .ifPresent(_ -> {
                    throw new TaskProblem(
                            Code.INVALID_REQUEST,
                            "the request is not valid: see errors for " + FIELD,
                            List.of(new FieldError(FIELD, NOT_OWN)));
                });
        return asked;
    }

    /** One that no task is known for may have been begun by hand, by whoever has no tenants. */
    private boolean mayName(Tenant tenant, UUID session) {
        return switch (tenants.tasks(tenant).use(session)) {
            case OWN -> true;
            case UNKNOWN -> tenant.equals(Tenant.DEFAULT);
            case ANOTHERS -> false;
        };
    }
}
