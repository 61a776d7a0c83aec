/** What is promised when something breaks: packaged workers, a real PostgreSQL, a scripted CLI, and no mock. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.resilience;
