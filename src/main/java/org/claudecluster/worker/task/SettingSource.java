package org.claudecluster.worker.task;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where the CLI takes settings from, by the names that its {@code --setting-sources} option takes. */
public enum SettingSource {
    /** The CLI's own directory, which is the worker's. */
    USER,
    /** {@code .claude/settings.json} in the directory of the task: a checkout's hooks then run before the first prompt. */
    PROJECT,
    /** {@code .claude/settings.local.json} there. */
    LOCAL;

    /** What a task gets that names none: nothing of a checkout. */
    public static final List<SettingSource> DEFAULT = List.of(USER);

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The source with this wire name. */
    public static Optional<SettingSource> ofWire(String wire) {
        return Arrays.stream(values())
                .filter(source -> source.wire().equals(wire))
                .findFirst();
    }
}
