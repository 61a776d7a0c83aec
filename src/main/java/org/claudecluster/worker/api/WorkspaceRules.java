package org.claudecluster.worker.api;

import java.util.List;
import java.util.Optional;
import org.claudecluster.worker.task.GitSource;
import org.claudecluster.worker.task.result.TaskProblem.FieldError;
import org.jspecify.annotations.Nullable;

/** Holds the rules for the workspace that a submit asks for. */
final class WorkspaceRules {

    private static final String FIELD = "workspace.git";

    private WorkspaceRules() {}

    /** Adds what is wrong to the errors. */
    static void check(SubmitRequest request, List<FieldError> errors) {
        SubmitRequest.Workspace workspace = request.workspace();
        if (workspace == null) {
            return;
        }
        SubmitRequest.Git git = workspace.git();
        if (git == null) {
            errors.add(new FieldError(FIELD, "must be there: {\"url\": \"https://...\"}"));
            return;
        }
        if (request.workingDirectory() != null) {
            errors.add(new FieldError(FIELD, "gets a directory of its own: leave workingDirectory out"));
        }
        String url = git.url() == null ? "" : git.url();
        add("url", GitSource.urlProblem(url), errors);
        add("ref", Optional.ofNullable(git.ref()).flatMap(GitSource::refProblem), errors);
        add(
                "tokenSecretName",
                Optional.ofNullable(git.tokenSecretName()).flatMap(name -> GitSource.secretProblem(name, url)),
                errors);
    }

    private static void add(String component, Optional<String> problem, List<FieldError> errors) {
        problem.ifPresent(why -> errors.add(new FieldError(FIELD + "." + component, why)));
    }

    /** To be asked when nothing is wrong. */
    static Optional<GitSource> git(SubmitRequest request) {
        SubmitRequest.Workspace workspace = request.workspace();
        SubmitRequest.@Nullable Git git = workspace == null ? null : workspace.git();
        return Optional.ofNullable(git)
                .map(asked -> new GitSource(
                        String.valueOf(asked.url()),
                        Optional.ofNullable(asked.ref()),
                        Optional.ofNullable(asked.depth()),
                        Optional.ofNullable(asked.tokenSecretName()),
                        Boolean.TRUE.equals(asked.submodules()),
                        Boolean.TRUE.equals(asked.lfs())));
    }
}
