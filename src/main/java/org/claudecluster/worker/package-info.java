/** The worker: see the package list in docs/architecture.md. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker;
