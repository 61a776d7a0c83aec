/** What may be done with tasks, for every door: HTTP, the event stream, and those to come. Knows nothing of HTTP. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.service;
