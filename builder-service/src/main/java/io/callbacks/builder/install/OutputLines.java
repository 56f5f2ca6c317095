package io.callbacks.builder.install;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Takes what a program prints and hands it on line by line, never holding more than the beginning
 * of one, and without what would steer a terminal.
 */
public final class OutputLines extends OutputStream {
    /** Bytes of a line that are kept; of more, the beginning. */
    public static final int LONGEST = 4096;

    private static final Pattern STEERING =
            Pattern.compile(
                    "\\x1b\\[[0-9;?]*[ -/]*[@-~]|\\x1b\\][^\\x07\\x1b]*|[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]");

    private final Consumer<String> action;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean cut;

    /** Lines go to {@code action} as soon as they end. */
    public OutputLines(Consumer<String> action) {
        this.action = action;
    }

    @Override
    public void write(int read) {
        if (read == '\n' || read == '\r') {
            close();
        } else if (line.size() < LONGEST) {
            line.write(read);
        } else {
            cut = true;
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    /** Hands on what was not ended. */
    @Override
    public void close() {
        if (line.size() > 0) {
            var text = STEERING.matcher(line.toString(UTF_8)).replaceAll("").stripTrailing();
            action.accept(cut ? text + "…" : text);
        }
        line.reset();
        cut = false;
    }
}
