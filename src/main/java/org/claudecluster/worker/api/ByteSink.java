package org.claudecluster.worker.api;

import java.util.Arrays;

/** A growing byte array without the locks of {@link java.io.ByteArrayOutputStream}. */
final class ByteSink {

    private byte[] bytes;
    private int length;

    ByteSink(int expected) {
        this.bytes = new byte[Math.max(64, expected)];
    }

    /** Makes room for so many more bytes. */
    void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length + (bytes.length >> 1)));
        }
    }

    void put(byte b) {
        reserve(1);
        bytes[length++] = b;
    }

    void put(byte[] source) {
        put(source, 0, source.length);
    }

    void put(byte[] source, int from, int count) {
        reserve(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    /** The array itself; only the first {@link #length()} bytes mean anything. */
    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
