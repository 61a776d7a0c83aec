/** Calls the C library by the foreign function interface. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.libc;
