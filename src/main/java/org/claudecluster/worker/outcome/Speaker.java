package org.claudecluster.worker.outcome;

/** The kind of program at CLAUDE_CLI_PATH, as far as its answer to {@code --version} tells. */
public enum Speaker {
    /** It calls itself Claude Code: a run of it ends with a result. */
    CLAUDE_CODE,
    /** It calls itself something else: its exit code is all there is. */
    ANOTHER,
    /** It was not asked, or has not answered. Taken for Claude Code: to call nothing a success is the worse mistake. */
    UNKNOWN;

    /** By the whole answer. */
    public static Speaker of(String answer) {
        return answer.contains("(Claude Code)") ? CLAUDE_CODE : ANOTHER;
    }

    /** Whether a run without a result may have done its work. */
    boolean isJudgedByExit() {
        return this == ANOTHER;
    }
}
