/** Records what a task prints: numbered records, the log that keeps them, and the newest part in memory for viewers. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.transcript;
