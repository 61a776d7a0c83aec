/** Follows and ends trees of processes: who belongs to a run, what it takes, and how it is limited. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.process;
