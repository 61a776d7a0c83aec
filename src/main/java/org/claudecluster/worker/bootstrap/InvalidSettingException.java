package org.claudecluster.worker.bootstrap;

/** Settings that are each allowed, but not together. The message names the keys and what to do. */
final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    InvalidSettingException(String message) {
        super(message);
    }
}
