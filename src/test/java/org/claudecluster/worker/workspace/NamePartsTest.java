package org.claudecluster.worker.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamePartsTest {

    private static final int MANY = 200_000;

    /** What lives of the entries that were read, as the collector sees it. */
    private final List<WeakReference<Path>> read = new ArrayList<>();

    @Test
    void the_first_names_of_a_large_directory_are_kept_in_order_and_the_rest_is_let_go() {
        NameParts.Part first = NameParts.after(Optional.empty(), 100, entries());

        assertThat(first.isLast()).isFalse();
        assertThat(first.names())
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(NamePartsTest::name).toList());
        System.gc();
        assertThat(read).hasSize(MANY);
        assertThat(read.stream().filter(entry -> entry.get() != null).count()).isLessThan(MANY / 10);
    }

    @Test
    void what_follows_begins_behind_the_name_before() {
        NameParts.Part last = NameParts.after(Optional.of(name(MANY - 4)), 100, entries());

        assertThat(last.names()).containsExactly(name(MANY - 3), name(MANY - 2), name(MANY - 1));
        assertThat(last.isLast()).isTrue();
    }

    @Test
    void a_part_that_is_just_full_is_the_last() {
        assertThat(NameParts.after(Optional.empty(), MANY, entries()).isLast()).isTrue();
        assertThat(NameParts.after(Optional.empty(), 1, List.of())).isEqualTo(new NameParts.Part(List.of(), true));
    }

    private Iterable<Path> entries() {
        List<Integer> order = new ArrayList<>(IntStream.range(0, MANY).boxed().toList());
        Collections.reverse(order);
        return () -> order.stream().map(this::entry).iterator();
    }

    private Path entry(int number) {
        Path entry = Path.of("/workspace").resolve(name(number));
        read.add(new WeakReference<>(entry));
        return entry;
    }

    private static Path name(int number) {
        return Path.of("%06d".formatted(number));
    }
}
