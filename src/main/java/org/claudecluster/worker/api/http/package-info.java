/** HTTP itself, whatever it is about: strict JSON, problems, ranges, times. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.api.http;
