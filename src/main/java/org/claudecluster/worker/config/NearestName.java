package org.claudecluster.worker.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody probably meant, by counting the letters that differ. */
final class NearestName {

    /** Of the letters so many in a hundred may differ; beyond it any name is as good as another. */
    private static final int PERCENT = 25;

    private NearestName() {}

    static Optional<String> to(String given, Collection<String> names) {
        return names.stream()
                .filter(name -> differences(given, name) * 100 <= PERCENT * given.length())
                .min(Comparator.<String>comparingInt(name -> differences(given, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Letters to be added, removed or replaced: Levenshtein's distance, row by row. */
    private static int differences(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
