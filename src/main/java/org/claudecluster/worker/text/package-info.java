/** Knows bytes and texts whatever they say: where a character ends, and what a terminal adds to them. */
@NullMarked
package org.claudecluster.worker.text;

import org.jspecify.annotations.NullMarked;
