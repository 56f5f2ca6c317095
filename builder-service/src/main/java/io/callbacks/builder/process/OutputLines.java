package io.callbacks.builder.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Reads what a program prints line by line, never holding more than the beginning of one, and takes
 * away what would steer a terminal.
 */
final class OutputLines {
    static final int LONGEST = 4096;
    private static final Pattern STEERING =
            Pattern.compile(
                    "\\x1b\\[[0-9;?]*[ -/]*[@-~]|\\x1b\\][^\\x07\\x1b]*|[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]");

    private final InputStream input;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean cut;

    OutputLines(InputStream input) {
        this.input = input;
    }

    void forEach(Consumer<String> action) throws IOException {
        var buffer = new byte[8192];
        for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
            for (int i = 0; i < count; i++) {
                take(buffer[i], action);
            }
        }
        end(action);
    }

    private void take(byte read, Consumer<String> action) {
        if (read == '\n' || read == '\r') {
            end(action);
        } else if (line.size() < LONGEST) {
            line.write(read);
        } else {
            cut = true;
        }
    }

    private void end(Consumer<String> action) {
        if (line.size() > 0) {
            var text = STEERING.matcher(line.toString(UTF_8)).replaceAll("").stripTrailing();
            action.accept(cut ? text + "…" : text);
        }
        line.reset();
        cut = false;
    }
}
