/** Files that are there whole or not at all, and directories that go whole. Knows nothing of what is in them. */
@NullMarked
package org.claudecluster.worker.files;

import org.jspecify.annotations.NullMarked;
