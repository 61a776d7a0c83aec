/** Serves HTTP: resources, and the records that requests and responses are made of. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.api;
