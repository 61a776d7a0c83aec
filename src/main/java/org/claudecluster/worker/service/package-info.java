/** Does with tasks what callers may do with them, for every door: HTTP, the event stream, those to come. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.service;
