package org.claudecluster.worker.cli;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.claudecluster.worker.process.Grace;

/**
 * How long a run is given to end by itself.
 *
 * @param soft from the SIGINT of a soft end to the end of the tree
 * @param tree between the signals that end the tree
 */
public record RunGrace(Duration soft, Grace tree) {

    public RunGrace {
        requireNonNull(tree, "tree");
        if (soft.isNegative()) {
            throw new IllegalArgumentException("soft must not be negative: " + soft);
        }
    }
}
