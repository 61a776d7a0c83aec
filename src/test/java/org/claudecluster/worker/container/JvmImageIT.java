package org.claudecluster.worker.container;

class JvmImageIT extends ImageContract {

    @Override
    String image() {
        return Images.JVM;
    }
}
