/** HTTP: resources, the event stream, request and response records, and how problems look. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.api;
