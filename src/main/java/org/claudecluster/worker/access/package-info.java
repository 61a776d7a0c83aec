/** Tells callers apart and says what each may do: scopes, keys, and the rules for requests that bring none. */
@NullMarked
package org.claudecluster.worker.access;

import org.jspecify.annotations.NullMarked;
