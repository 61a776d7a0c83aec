/**
 * The images as containers of a real engine: profile {@code containers}, run by {@code .ci/images.sh}, which builds them.
 * Everything listens on loopback.
 */
@NullMarked
package org.claudecluster.worker.container;

import org.jspecify.annotations.NullMarked;
