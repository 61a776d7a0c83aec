/** Knows the Claude Code CLI: its command line, its environment, its stream-json, and how its failures look. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.claude;
