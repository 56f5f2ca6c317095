package io.callbacks.deployer.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;

/** Standard input of an instance: one line, and then nothing, but no end either until closed. */
final class Lifeline extends InputStream {
    private final ByteArrayInputStream line;
    private final CountDownLatch closed = new CountDownLatch(1);

    Lifeline(String line) {
        this.line = new ByteArrayInputStream(line.getBytes(UTF_8));
    }

    @Override
    public int read() throws IOException {
        return line.available() > 0 ? line.read() : awaitClosed();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return line.available() > 0 ? line.read(buffer, offset, length) : awaitClosed();
    }

    private int awaitClosed() throws InterruptedIOException {
        try {
            closed.await();
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
