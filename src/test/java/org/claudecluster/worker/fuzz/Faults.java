package org.claudecluster.worker.fuzz;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What went wrong, one example of each sort with its number. */
final class Faults {

    private record Sort(int count, String example) {}

    private final Map<String, Sort> sorts = new ConcurrentHashMap<>();

    void add(int number, Sent sent, String what, String got) {
        Sort first = new Sort(1, "-Dfuzz.only=%d %s%n    %s".formatted(number, sent.shown(), got));
        sorts.merge(sent.kind() + ": " + what, first, (known, _) -> new Sort(known.count() + 1, known.example()));
    }

    /** The sorts, how often each came and its example. */
    Map<String, String> shown() {
        Map<String, String> shown = new TreeMap<>();
        sorts.forEach((name, sort) -> shown.put(name, "%d, such as %s".formatted(sort.count(), sort.example())));
        return shown;
    }
}
