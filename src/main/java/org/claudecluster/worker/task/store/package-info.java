/** What keeps and queues tasks: the store, the registry of workers, and the records that they take and answer. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.task.store;
