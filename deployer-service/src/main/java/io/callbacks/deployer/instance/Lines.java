package io.callbacks.deployer.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Makes lines of what comes in pieces. */
public final class Lines {
    /** Longer than any a front writes. */
    private static final int LONGEST = 256 * 1024;

    private final Consumer<String> receiver;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    public Lines(Consumer<String> receiver) {
        this.receiver = receiver;
    }

    public void add(byte[] piece) {
        add(piece, 0, piece.length);
    }

    public void add(byte[] buffer, int offset, int length) {
        for (var i = offset; i < offset + length; i++) {
            if (buffer[i] == '\n' || line.size() == LONGEST) {
                receiver.accept(line.toString(UTF_8));
                line.reset();
            }
            if (buffer[i] != '\n') {
                line.write(buffer[i]);
            }
        }
    }
}
