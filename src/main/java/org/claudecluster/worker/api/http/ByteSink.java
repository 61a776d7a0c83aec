package org.claudecluster.worker.api.http;

import java.util.Arrays;

/** A growing byte array without the locks of {@link java.io.ByteArrayOutputStream}. */
public final class ByteSink {

    private byte[] bytes;
    private int length;

    public ByteSink(int expected) {
        this.bytes = new byte[Math.max(64, expected)];
    }

    /** Makes room for so many more bytes. */
    void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length + (bytes.length >> 1)));
        }
    }

    public void put(byte b) {
        reserve(1);
        bytes[length++] = b;
    }

    public void put(byte[] source) {
        put(source, 0, source.length);
    }

    public void put(byte[] source, int from, int count) {
        reserve(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    /** The array itself; only the first {@link #length()} bytes mean anything. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
