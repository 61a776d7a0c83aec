/** Decides what became of a run: from its end, the CLI's own report, and the cause for which the worker ended it. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.outcome;
