package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.claudecluster.worker.task.Tenant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WishedDirectoriesTest {

    private static final Path ROOT = Path.of("/workspaces");

    @Test
    void each_tenant_has_a_root_of_its_own() {
        assertThat(WishedDirectories.root(ROOT, Tenant.DEFAULT)).isEqualTo(ROOT);
        assertThat(WishedDirectories.root(ROOT, new Tenant("acme"))).isEqualTo(ROOT.resolve(".tenants/acme"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {".tenants", ".home-1/homes", "./.spare", "a/../.x", "01a20af2-4230-766c-97b2-0aade692c40b/src"})
    void what_is_the_worker_s_own_is_nobody_s_to_ask_for(String relative) {
        assertThat(WishedDirectories.isReserved(Path.of(relative))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop", "shop/.git", "a.b", "x01a20af2-4230-766c-97b2-0aade692c40b"})
    void all_else_is(String relative) {
        assertThat(WishedDirectories.isReserved(Path.of(relative))).isFalse();
    }
}
