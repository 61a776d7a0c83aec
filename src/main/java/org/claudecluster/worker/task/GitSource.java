package org.claudecluster.worker.task;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The repository that a workspace begins with.
 *
 * @param url {@code https://} or {@code ssh://}, without a credential in it
 * @param ref a branch, a tag or a whole commit id; absent means the remote's HEAD
 * @param depth how many commits; absent means all
 * @param tokenSecretName the file in the secrets directory that holds the token for https
 * @param submodules whether they are fetched as well, and theirs
 * @param lfs whether large files (Git LFS) are fetched, whose pointers would be there otherwise
 */
public record GitSource(
        String url,
        Optional<String> ref,
        Optional<Integer> depth,
        Optional<String> tokenSecretName,
        boolean submodules,
        boolean lfs) {

    public static final int MAX_URL = 2_000;
    public static final int MAX_REF = 255;
    public static final int MAX_DEPTH = 1_000_000;
    /** As Kubernetes bounds a name that a secret's key stands under. */
    public static final int MAX_SECRET_NAME = 253;

    private static final String ALLOWED = "must begin with https:// or ssh://, and nothing else is allowed";
    private static final Pattern FORM = Pattern.compile("(https|ssh)://([^/]*)(/.+)");
    private static final Pattern SCP_LIKE = Pattern.compile("[^/:]+@[^/:]+:.*");
    private static final Pattern HOST =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9][A-Za-z0-9._-]*)(:[0-9]{1,5})?");
    private static final Pattern SSH_USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern HIDDEN_CONTROL = Pattern.compile("%([01][0-9A-Fa-f]|7[Ff])");
    private static final Pattern REF_COMPONENT = Pattern.compile("(?!\\.)[^\\x00-\\x20\\x7f~^:?*\\[\\\\]+(?<!\\.lock)");
    private static final Pattern SECRET =
            Pattern.compile("[a-z0-9]([a-z0-9.-]{0," + (MAX_SECRET_NAME - 2) + "}[a-z0-9])?");

    public GitSource {
        requireNonNull(ref, "ref");
        requireNonNull(depth, "depth");
        requireNonNull(tokenSecretName, "tokenSecretName");
        refuse("url", urlProblem(url));
        refuse("ref", ref.flatMap(GitSource::refProblem));
        refuse("tokenSecretName", tokenSecretName.flatMap(name -> secretProblem(name, url)));
        if (depth.filter(commits -> commits < 1 || commits > MAX_DEPTH).isPresent()) {
            throw new IllegalArgumentException("depth must be 1 to " + MAX_DEPTH);
        }
    }

    /** The repository alone. */
    public GitSource(String url, Optional<String> ref, Optional<Integer> depth, Optional<String> tokenSecretName) {
        this(url, ref, depth, tokenSecretName, false, false);
    }

    private static void refuse(String component, Optional<String> problem) {
        problem.ifPresent(why -> {
            throw new IllegalArgumentException(component + " " + why);
        });
    }

    /** What is wrong with an URL, if anything, and what is allowed. */
    public static Optional<String> urlProblem(String url) {
        if (url.isEmpty() || url.length() > MAX_URL) {
            return Optional.of("must have 1 to " + MAX_URL + " characters");
        }
        if (!url.chars().allMatch(c -> c > ' ' && c < 0x7f)
                || HIDDEN_CONTROL.matcher(url).find()) {
            return Optional.of("must not contain white space, control characters or anything but ASCII");
        }
        if (url.startsWith("-")) {
            return Optional.of("must not begin with a dash: it " + ALLOWED);
        }
        if (!url.contains("::") && !url.contains("//") && SCP_LIKE.matcher(url).matches()) {
            return Optional.of("must be written as ssh://user@host/path");
        }
        Matcher form = FORM.matcher(url);
        if (!form.matches()) {
            return Optional.of(ALLOWED + "; after it a host and a path");
        }
        if (url.contains("?") || url.contains("#")) {
            return Optional.of("must not have a query or a fragment");
        }
        return authorityProblem(form.group(1), form.group(2));
    }

    private static Optional<String> authorityProblem(String scheme, String authority) {
        int at = authority.lastIndexOf('@');
        String user = at < 0 ? "" : authority.substring(0, at);
        boolean isBareUser = scheme.equals("ssh") && SSH_USER.matcher(user).matches();
        if (at >= 0 && !isBareUser) {
            return Optional.of("must not contain a credential: name a mounted secret in workspace.git.tokenSecretName");
        }
        return HOST.matcher(authority.substring(at + 1)).matches()
                ? Optional.empty()
                : Optional.of("must have a host after " + scheme + "://, and at most a port behind it");
    }

    /** What is wrong with a ref, if anything: the rules of {@code git check-ref-format}, and none that is an option. */
    public static Optional<String> refProblem(String ref) {
        if (ref.isEmpty() || ref.length() > MAX_REF) {
            return Optional.of("must have 1 to " + MAX_REF + " characters");
        }
        if (ref.startsWith("-") || ref.startsWith("+")) {
            return Optional.of("must not begin with a dash or a plus");
        }
        boolean isSound = Stream.of(ref.split("/", -1)).allMatch(REF_COMPONENT.asMatchPredicate());
        boolean isOdd = ref.contains("..") || ref.contains("@{") || ref.equals("@") || ref.endsWith(".");
        return isSound && !isOdd
                ? Optional.empty()
                : Optional.of("must be the name of a branch or a tag, or a whole commit id (git check-ref-format)");
    }

    /** What is wrong with the secret's name, if anything. */
    public static Optional<String> secretProblem(String name, String url) {
        if (!SECRET.matcher(name).matches() || name.contains("..")) {
            return Optional.of("must be the name of a file in the secrets directory: 1 to " + MAX_SECRET_NAME
                    + " characters of a to z, 0 to 9, dots and dashes");
        }
        return url.startsWith("ssh://")
                ? Optional.of("is for https:// only; ssh uses the worker's own key (worker.workspace.ssh-key)")
                : Optional.empty();
    }
}
