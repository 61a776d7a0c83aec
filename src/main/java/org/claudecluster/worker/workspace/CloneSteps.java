package org.claudecluster.worker.workspace;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.claudecluster.worker.task.GitSource;

/** The calls of git that make a clone, and what each is told. */
final class CloneSteps {

    private CloneSteps() {}

    static List<List<String>> of(GitSource source) {
        List<String> fetch = new ArrayList<>(List.of("fetch", "--progress", "--no-tags", "--no-recurse-submodules"));
        source.depth().ifPresent(depth -> fetch.add("--depth=" + depth));
        fetch.addAll(List.of("--", "origin", source.ref().orElse("HEAD")));
        List<List<String>> steps = new ArrayList<>(List.of(
                List.of("init", "--quiet", "--template="),
                List.of("remote", "add", "--", "origin", source.url()),
                fetch,
                List.of("checkout", "--progress", "--detach", "FETCH_HEAD")));
        if (source.lfs()) {
            // What git runs for these files from now on, for the agent too; without it each would count as changed.
            steps.add(List.of("lfs", "install", "--local", "--skip-repo"));
            steps.add(List.of("lfs", "pull"));
        }
        if (source.submodules()) {
            List<String> update = new ArrayList<>(
                    List.of("submodule", "update", "--init", "--recursive", "--checkout", "--progress"));
            source.depth().ifPresent(depth -> update.add("--depth=" + depth));
            steps.add(update);
        }
        return steps;
    }

    /** Else the repository's own {@code .lfsconfig} could send anywhere. */
    static Map<String, String> settings(GitSource source) {
        return Map.of("lfs.url", source.url().startsWith("ssh://") ? source.url() : lfs(source.url()));
    }

    private static String lfs(String url) {
        String whole = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        return (whole.endsWith(".git") ? whole : whole + ".git") + "/info/lfs";
    }

    /** Asks whether a file of attributes names what Git LFS handles; in the index, where no link leads away. */
    static List<String> lookForLfs() {
        return List.of(
                "grep", "--cached", "--quiet", "--fixed-strings", "-e", "filter=lfs", "--", ":(glob)**/.gitattributes");
    }

    /** By which that question's pattern is one. */
    static final Map<String, String> PATTERNS = Map.of("GIT_LITERAL_PATHSPECS", "0");
}
