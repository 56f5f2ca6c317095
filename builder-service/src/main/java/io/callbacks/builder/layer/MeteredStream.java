package io.callbacks.builder.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Gives no more bytes than are allowed at a time, and knows how many zeros came last. */
final class MeteredStream extends FilterInputStream {
    private long allowed;
    private long zeros;

    MeteredStream(InputStream in) {
        super(in);
    }

    /** From now on so many bytes, whatever was allowed before. */
    void allow(long bytes) {
        allowed = bytes;
    }

    /** How many of the last bytes were zero. */
    long zeros() {
        return zeros;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (allowed == 0) {
            throw new RefusedTarException("it has more than its headers tell of");
        }
        var count = in.read(bytes, offset, (int) Math.min(length, allowed));
        if (count > 0) {
            allowed -= count;
            countZeros(bytes, offset, count);
        }
        return count;
    }

    private void countZeros(byte[] bytes, int offset, int count) {
        var last = 0;
        while (last < count && bytes[offset + count - 1 - last] == 0) {
            last++;
        }
        zeros = last == count ? zeros + count : last;
    }

    /** Reads, so that what is skipped counts. */
    @Override
    public long skip(long count) throws IOException {
        var skipped = new byte[(int) Math.min(count, 1 << 13)];
        return Math.max(0, read(skipped, 0, skipped.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
