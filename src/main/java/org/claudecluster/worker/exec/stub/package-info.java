/** Stands in for the CLI: prints a few lines, or follows a script in the prompt. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.exec.stub;
