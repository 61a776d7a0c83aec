package org.claudecluster.worker.workspace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/** Reads the names of a directory in parts. A directory of millions of entries costs time then, and no memory. */
final class NameParts {

    private NameParts() {}

    /**
     * The names of one part, in their order.
     *
     * @param isLast whether no name follows
     */
    record Part(List<Path> names, boolean isLast) {
        Part {
            names = List.copyOf(names);
        }
    }

    /**
     * Reads all entries, and keeps the first names behind the last one of the part before.
     *
     * @param before absent for the first part
     * @param most how many are kept, at least 1; no more than one above that are held at any time
     */
    static Part after(Optional<Path> before, int most, Iterable<Path> entries) {
        PriorityQueue<Path> kept = new PriorityQueue<>(Comparator.reverseOrder());
        boolean isLast = true;
        for (Path entry : entries) {
            Path name = entry.getFileName();
            boolean isBehind = before.isEmpty() || name.compareTo(before.get()) > 0;
            if (!isBehind) {
                continue;
            }
            kept.add(name);
            if (kept.size() > most) {
                kept.remove();
                isLast = false;
            }
        }
        List<Path> names = new ArrayList<>(kept);
        names.sort(Comparator.naturalOrder());
        return new Part(names, isLast);
    }
}
