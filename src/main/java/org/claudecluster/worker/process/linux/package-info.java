/** What Linux says of processes, and does to them. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.process.linux;
