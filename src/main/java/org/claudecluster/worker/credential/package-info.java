/** Manages what tasks authenticate with: where it comes from, how it stands, and when it is tried again. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.credential;
