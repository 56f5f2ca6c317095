package io.callbacks.builder.install;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Hands lines on and keeps the last ones. */
public final class Tail implements Consumer<String> {
    private static final int LONGEST = 200;

    private final Consumer<String> output;
    private final Deque<String> lines = new ArrayDeque<>();

    /** Each line goes to {@code output} as well. */
    public Tail(Consumer<String> output) {
        this.output = output;
    }

    @Override
    public void accept(String line) {
        output.accept(line);
        synchronized (lines) {
            lines.addLast(line);
            if (lines.size() > LONGEST) {
                lines.removeFirst();
            }
        }
    }

    /** The last ones so far. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }
}
