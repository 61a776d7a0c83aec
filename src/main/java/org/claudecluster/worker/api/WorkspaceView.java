package org.claudecluster.worker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import org.claudecluster.worker.task.Task;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The begin of the task's directory. */
@Schema(name = "TaskWorkspace")
public record WorkspaceView(GitView git) {
    static @Nullable WorkspaceView of(Task task, Optional<String> startCommit) {
        return task.spec()
                .git()
                .map(git -> new WorkspaceView(new GitView(
                        git.url(),
                        git.ref().orElse(null),
                        git.depth().orElse(null),
                        git.tokenSecretName().orElse(null),
                        git.submodules(),
                        git.lfs(),
                        startCommit.orElse(null))))
                .orElse(null);
    }

    /** The clone; the commit is told by the worker that holds it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "TaskClone")
    public record GitView(
            String url,
            @Nullable String ref,
            @Nullable Integer depth,
            @Nullable String tokenSecretName,
            boolean submodules,
            boolean lfs,
            @Nullable String startCommit) {}
}
