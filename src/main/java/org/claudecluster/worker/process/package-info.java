/** Trees of processes: who belongs to a run, what it takes, how it is limited, and how all of it is ended. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.process;
