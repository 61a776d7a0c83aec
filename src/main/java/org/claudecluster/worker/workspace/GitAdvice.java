package org.claudecluster.worker.workspace;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claudecluster.worker.task.GitSource;

/**
 * Says what to do about git's errors, which know nothing of this worker. Git is told to speak English, and an error
 * that is not recognised here stands as it is.
 */
final class GitAdvice {

    private static final Pattern REDIRECTED = Pattern.compile("returned error: 30[12378]\\b");
    private static final Pattern LOCATION = Pattern.compile("(?im)\\blocation: (\\S+)\\s*$");
    private static final Pattern SERVICE = Pattern.compile("/info/refs(\\?.*)?$");
    private static final Pattern USER = Pattern.compile("//[^/@]*@");

    private static final String SEE_SSH = " (worker.workspace.ssh-key, worker.workspace.ssh-known-hosts)";

    /** Git asks for a name when the server has refused what was sent. */
    private static final String UNAUTHENTICATED = "could not read (Username|Password)";

    private static final String REFUSED =
            "The server does not take the token of workspace.git.tokenSecretName, which is for the host of workspace.git.url only";

    private static final Map<Pattern, String> ADVICE = advice();

    private GitAdvice() {}

    private static Map<Pattern, String> advice() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(UNAUTHENTICATED, "The server wants a credential: name one in workspace.git.tokenSecretName");
        all.put(
                "returned error: 401|Authentication failed",
                "The server does not take the token of workspace.git.tokenSecretName");
        all.put(
                "returned error: 403",
                "The server knows who asks and forbids it: the token may lack a right or have run out");
        all.put(
                "returned error: 404|repository '.*' not found|Repository not found",
                "There is no such repository, or not for who asks: many servers hide private ones so");
        all.put(
                "couldn't find remote ref|Server does not allow request for unadvertised object|not our ref",
                "workspace.git.ref must be a branch, a tag or a whole commit id of that repository");
        all.put("Host key verification failed", "The host is not in known_hosts" + SEE_SSH);
        all.put("Permission denied \\(", "The host does not take the worker's key" + SEE_SSH);
        all.put("transport '.*' not allowed", "Only https:// and ssh:// are allowed, for submodules too");
        all.put(
                "Could not resolve host",
                "The name is unknown here: is it right, and does the worker need a proxy (HTTPS_PROXY)?");
        all.put(
                "certificate",
                "The worker does not trust the server's certificate: GIT_SSL_CAINFO names the authority's");
        Map<Pattern, String> compiled = new LinkedHashMap<>();
        all.forEach((words, text) -> compiled.put(Pattern.compile(words), text));
        return compiled;
    }

    /** Git's words, with what to do about them. */
    static String on(String words, GitSource source) {
        if (source.tokenSecretName().isPresent()
                && Pattern.compile(UNAUTHENTICATED).matcher(words).find()) {
            return words + ". " + REFUSED;
        }
        return ADVICE.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(words).find())
                .findFirst()
                .map(entry -> words + ". " + entry.getValue())
                .orElse(words);
    }

    /** Whether the server has sent us elsewhere, where git was told not to follow. */
    static boolean isRedirect(String words) {
        return REDIRECTED.matcher(words).find();
    }

    /** Where the last redirect in git's trace of its HTTP leads, as an URL of a repository. */
    static Optional<String> target(String trace, GitSource source) {
        Matcher location = LOCATION.matcher(trace);
        Optional<String> last = Optional.empty();
        while (location.find()) {
            last = Optional.of(location.group(1));
        }
        return last.flatMap(found -> resolved(found, source.url()));
    }

    private static Optional<String> resolved(String location, String base) {
        try {
            String whole = new URI(base).resolve(new URI(location)).toString();
            String repository = SERVICE.matcher(whole).replaceFirst("");
            return Optional.of(USER.matcher(repository).replaceFirst("//").replaceAll("\\p{Cntrl}", ""));
        } catch (URISyntaxException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    static String moved(String words, Optional<String> target) {
        return target.map(url -> words + ". The repository has moved to " + url
                        + ": name that as workspace.git.url. With a token no redirect is followed")
                .orElseGet(() -> words + ". The server sends elsewhere, and with a token no redirect is followed");
    }
}
