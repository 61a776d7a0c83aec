/** Finds out who sent a request, and refuses whom nothing lets in, before any work. */
@NullMarked
package org.claudecluster.worker.api.access;

import org.jspecify.annotations.NullMarked;
