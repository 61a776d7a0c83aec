/**
 * A scripted stand-in for the Anthropic Messages API on 127.0.0.1, for tests that run the real Claude Code CLI.
 *
 * <p>{@link org.claudecluster.worker.apistub.AnthropicStub} is the server, {@link
 * org.claudecluster.worker.apistub.Scenario} the list of what it can be told to do.
 */
@NullMarked
package org.claudecluster.worker.apistub;

import org.jspecify.annotations.NullMarked;
