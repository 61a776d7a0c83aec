/** Manages the directories that tasks work in: the clone at the begin, what is kept of it, its files, its diff. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.workspace;
