/** The HTTP contract, route by route, against the running application with the stub executor. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.http;
