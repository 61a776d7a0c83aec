/** Runs the Claude Code CLI as durable, queued tasks behind HTTP. See the rooms in docs/architecture.md. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker;
