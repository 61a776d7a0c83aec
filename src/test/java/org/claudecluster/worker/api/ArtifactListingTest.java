package org.claudecluster.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import java.util.stream.IntStream;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.workspace.Artifacts.Artifact;
import org.junit.jupiter.api.Test;

class ArtifactListingTest {

    private final ArtifactListing listing = new ArtifactListing(new TaskId(new UUID(1, 2)));

    @Test
    void a_list_within_both_bounds_is_whole() {
        assertThat(added(10_000, "f")).isEqualTo(10_000);
        assertThat(listing.list().artifacts()).hasSize(10_000);
        assertThat(listing.list().truncated()).isFalse();
    }

    @Test
    void one_file_too_many_is_told_and_left_out() {
        assertThat(added(10_001, "f")).isEqualTo(10_000);
        assertThat(listing.list().artifacts()).hasSize(10_000);
        assertThat(listing.list().truncated()).isTrue();
    }

    @Test
    void paths_and_urls_take_four_mebibytes_at_most() {
        String escaped = "%FF/".repeat(5_000);

        int taken = added(10_000, escaped + "f");

        // Each of the 5,000 directories takes 4 bytes of the path (U+FFFD has three) and 4 of the URL.
        assertThat(taken).isEqualTo(104);
        assertThat(listing.list().truncated()).isTrue();
        assertThat(listing.list().artifacts()).hasSize(104);
    }

    private int added(int files, String path) {
        return (int) IntStream.range(0, files)
                .takeWhile(file -> listing.add(new Artifact(path + file, 1, Instant.EPOCH)))
                .count();
    }
}
