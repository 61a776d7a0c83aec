/** What can be configured: one documented interface per concern, and the environment names of old. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.config;
