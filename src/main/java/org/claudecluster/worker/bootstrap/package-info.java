/** Starts and ends the process: settings, checks, signals, and the producers of all that is injected. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.bootstrap;
