/** Forgets with time: tasks, transcripts and workspaces. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.lifecycle.retention;
