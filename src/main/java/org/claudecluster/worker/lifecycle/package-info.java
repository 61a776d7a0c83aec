/** Claims, renews, finishes and reaps tasks in this process. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.lifecycle;
