/** Knows HTTP itself, whatever it is about: strict JSON, problems, ranges, paced answers. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.api.http;
