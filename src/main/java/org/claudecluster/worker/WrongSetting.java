package org.claudecluster.worker;

/** Settings that are each allowed, but not together. The message names the keys and what to do. */
final class WrongSetting extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    WrongSetting(String message) {
        super(message);
    }
}
