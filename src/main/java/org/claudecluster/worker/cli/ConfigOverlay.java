package org.claudecluster.worker.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CLAUDE_CONFIG_DIR of one run: the CLI rewrites what lies there at every start, so that runs which share it write one
 * file together. Files that have to outlive the run are shared by links.
 *
 * @param settingsFile the credential's own settings, where it has some
 */
public record ConfigOverlay(Path directory, Optional<Path> settingsFile, ConfigOverlays owner)
        implements AutoCloseable {

    /** With what the credential needs before them. */
    List<String> arguments(List<String> others) {
        List<String> all = new ArrayList<>();
        settingsFile.ifPresent(file -> all.add("--settings=" + file));
        all.addAll(others);
        return List.copyOf(all);
    }

    /** Never throws: what can't be removed must not undo what the run came to. */
    @Override
    public void close() {
        owner.takeBack(directory);
    }
}
