/** Declares the ports of the store and of the registry of workers, with the records that they take and answer. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.task.store;
