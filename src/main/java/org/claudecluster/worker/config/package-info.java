/** Declares what can be configured: one documented interface for each concern, and the environment names of old. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.config;
