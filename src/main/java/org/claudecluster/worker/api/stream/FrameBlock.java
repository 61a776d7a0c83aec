package org.claudecluster.worker.api.stream;

/**
 * Some server-sent events as they go over the wire. Shared by all viewers: nobody may change the bytes.
 *
 * @param last number of the last record in it
 */
record FrameBlock(byte[] bytes, long last) {

    FrameBlock {
        if (bytes.length == 0 || last < 1) {
            throw new IllegalArgumentException("a block has events: " + bytes.length + " bytes up to " + last);
        }
    }
}
