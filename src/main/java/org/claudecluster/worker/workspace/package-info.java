/** What a task works in: the clone it begins with, what is kept of it, and what it came to. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.workspace;
