/** Runs a command in a pseudo-terminal: the launcher port and its two adapters. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.terminal;
