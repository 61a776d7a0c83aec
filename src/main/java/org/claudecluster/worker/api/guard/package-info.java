/** What a request meets before its route: bounds of connections, bodies and memory, hosts and origins, malformed requests. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.api.guard;
