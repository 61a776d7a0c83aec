/** Asks and runs the Claude Code CLI: command lines, directories, configuration, probes. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.cli;
