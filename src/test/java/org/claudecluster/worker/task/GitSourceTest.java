package org.claudecluster.worker.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitSourceTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://github.com/acme/shop.git",
                "https://git.example:8443/a/b",
                "https://[::1]:8443/a",
                "ssh://git@github.com/acme/shop.git",
                "ssh://github.com:22/~me/x",
            })
    void https_and_ssh_are_allowed(String url) {
        assertThat(GitSource.urlProblem(url)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " https://a/b",
                "https://a/b c",
                "https://a/b\tc",
                "https://a/b\n",
                "https://a/b%0ahost=evil",
                "https://a/ü",
                "--upload-pack=id",
                "-uhttps://a/b",
                "ext::sh",
                "ext::https://a/b",
                "file:///etc/passwd",
                "file://a/b",
                "http://a/b",
                "git://a/b",
                "HTTPS://a/b",
                "/srv/repository",
                "../repository",
                "git@github.com:acme/shop.git",
                "https://",
                "https:///path",
                "https://host",
                "https://host/",
                "https://me@host/a",
                "https://me:secret@host/a",
                "ssh://me:secret@host/a",
                "ssh://-oProxyCommand=id/a",
                "ssh://-x@host/a",
                "https://-host/a",
                "https://host:port/a",
                "https://host/a?token=1",
                "https://host/a#b",
            })
    void everything_else_is_refused_and_told_why(String url) {
        assertThat(GitSource.urlProblem(url))
                .hasValueSatisfying(why -> assertThat(why).startsWith("must"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "main",
                "v1.2.3",
                "feature/x-1",
                "refs/heads/main",
                "5b88937f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "é"
            })
    void a_branch_a_tag_and_a_commit_are_refs(String ref) {
        assertThat(GitSource.refProblem(ref)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "-x", "--all", "+main", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/",
                "a//b", ".a", "a/.b", "a.lock", "a.", "@", "a@{1}", "a\u0007"
            })
    void what_git_would_read_otherwise_is_no_ref(String ref) {
        assertThat(GitSource.refProblem(ref)).isPresent();
    }

    @Test
    void a_secret_is_a_name_and_for_https_only() {
        assertThat(GitSource.secretProblem("github-token.1", "https://a/b")).isEmpty();
        assertThat(GitSource.secretProblem("../x", "https://a/b")).isPresent();
        assertThat(GitSource.secretProblem("a/b", "https://a/b")).isPresent();
        assertThat(GitSource.secretProblem("..data", "https://a/b")).isPresent();
        assertThat(GitSource.secretProblem("token", "ssh://a/b"))
                .hasValueSatisfying(why -> assertThat(why).contains("https"));
    }

    @Test
    void a_wrong_source_can_not_be_made() {
        assertThatThrownBy(() -> source("file:///x", Optional.empty(), 1)).hasMessageContaining("url must begin with");
        assertThatThrownBy(() -> source("https://a/b", Optional.of("-x"), 1)).hasMessageContaining("ref must");
        assertThatThrownBy(() -> source("https://a/b", Optional.empty(), 0)).hasMessageContaining("depth");
    }

    private static GitSource source(String url, Optional<String> ref, int depth) {
        return new GitSource(url, ref, Optional.of(depth), Optional.empty());
    }
}
