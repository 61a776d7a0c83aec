package org.claudecluster.worker.cli;

import java.util.Optional;

/** Says whether an executor can run tasks. */
public sealed interface Availability {

    /** It can; {@code cliVersion} is what the CLI answered, where there is one. */
    record Available(Optional<String> cliVersion) implements Availability {}

    /** It can't, and {@code why} tells a person what to do about it. */
    record Unavailable(String why) implements Availability {}

    /** It could not be found out, say on a machine that is too busy to answer: that is no "can't". */
    record Unknown(String why) implements Availability {}
}
