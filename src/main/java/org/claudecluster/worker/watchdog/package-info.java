/** Watches runs, and has those ended that hang, wait for an answer nobody gives, or take too much. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.watchdog;
