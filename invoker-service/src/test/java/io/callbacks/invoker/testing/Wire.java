package io.callbacks.invoker.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;

/** Reads HTTP/1.1 messages from a socket. */
final class Wire {
    private final InputStream in;

    Wire(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /** The next head; an end of file before it is an {@link EOFException}. */
    Head head() throws IOException {
        var line = line();
        var headers = new ArrayList<String>();
        for (var header = line(); !header.isEmpty(); header = line()) {
            headers.add(header);
        }
        return new Head(line, headers);
    }

    byte[] body(Head head) throws IOException {
        if (head.header("transfer-encoding").isPresent()) {
            return chunks();
        }
        var length = head.header("content-length");
        return length.isEmpty() ? new byte[0] : exactly(Integer.parseInt(length.get()));
    }

    byte[] untilEnd() throws IOException {
        return in.readAllBytes();
    }

    byte[] chunk() throws IOException {
        var chunk = exactly(Integer.parseInt(line(), 16));
        line();
        return chunk;
    }

    private byte[] chunks() throws IOException {
        var all = new ByteArrayOutputStream();
        for (var chunk = chunk(); chunk.length > 0; chunk = chunk()) {
            all.write(chunk);
        }
        return all.toByteArray();
    }

    private byte[] exactly(int length) throws IOException {
        var bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("broken off after %d of %d".formatted(bytes.length, length));
        }
        return bytes;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("end of file after '" + line.toString(ISO_8859_1) + "'");
            }
            line.write(b);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }
}
