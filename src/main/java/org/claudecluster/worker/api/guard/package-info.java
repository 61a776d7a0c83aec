/** Meets a request before its route: bounds of connections, bodies and memory, hosts, origins, malformed requests. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.api.guard;
