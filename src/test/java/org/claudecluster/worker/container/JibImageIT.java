package org.claudecluster.worker.container;

class JibImageIT extends ImageContract {

    @Override
    String image() {
        return Images.JIB;
    }
}
