/** What a task printed: numbered records, the log that keeps them, and the bounded live fan-out. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.transcript;
