/** How a task is run: the executor strategy with its stub and its pseudo-terminal, auto-detection and the switch. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.exec;
