package io.callbacks.invoker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/** An answer as it came. */
public record Answer(Head head, byte[] bytes) {
    public int status() {
        return Integer.parseInt(head.line().split(" ", 3)[1]);
    }

    public Optional<String> header(String name) {
        return head.header(name);
    }

    public String text() {
        return new String(bytes, UTF_8);
    }

    /** The name of the platform's problem; empty for a function's answer. */
    public String problem() {
        return header("X-Callbacks-Error").orElse("");
    }
}
