/** A command in a pseudo-terminal: the launcher port, its two adapters, and the process tree with its end. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.terminal;
