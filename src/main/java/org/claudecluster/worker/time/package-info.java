/** Waits whatever for: for a future, and for the next try. */
@NullMarked
package org.claudecluster.worker.time;

import org.jspecify.annotations.NullMarked;
