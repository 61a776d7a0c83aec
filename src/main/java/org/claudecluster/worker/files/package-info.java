/** Writes files that are there whole or not at all, and removes directories whole. Ignores what is in them. */
@NullMarked
package org.claudecluster.worker.files;

import org.jspecify.annotations.NullMarked;
