package org.claudecluster.worker.task;

import java.util.Optional;

/** The CLI's permission modes, by the names that its {@code --permission-mode} option takes. */
public enum PermissionMode {
    DEFAULT("default"),
    ACCEPT_EDITS("acceptEdits"),
    /** Whatever no rule allows is denied, and nothing ever asks: the one for unattended runs. */
    DONT_ASK("dontAsk"),
    PLAN("plan"),
    AUTO("auto"),
    BYPASS_PERMISSIONS("bypassPermissions");

    private final String wire;

    PermissionMode(String wire) {
        this.wire = wire;
    }

    public String wire() {
        return wire;
    }

    /** The mode with this wire name. */
    public static Optional<PermissionMode> ofWire(String wire) {
        for (PermissionMode mode : values()) {
            if (mode.wire.equals(wire)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
