package org.claudecluster.worker.container;

/** The names under which {@code .ci/images.sh} has built them. */
final class Images {

    private static final String VERSION = System.getProperty("image.version", "0.1.0-SNAPSHOT");

    static final String JVM = "claudecluster/worker:" + VERSION;
    static final String JIB = "claudecluster/worker-jib:" + VERSION;

    private Images() {}
}
