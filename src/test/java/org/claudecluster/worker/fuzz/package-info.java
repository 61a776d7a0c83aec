/** Sends a packaged worker what no client should, made at random of its own OpenAPI document. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.fuzz;
