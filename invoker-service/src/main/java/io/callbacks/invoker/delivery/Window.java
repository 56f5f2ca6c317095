package io.callbacks.invoker.delivery;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The records of a partition that are in hand: which may begin, and how far all are done. Used by
 * one thread.
 *
 * @param <T> a record as it was understood
 */
final class Window<T> {
    private final Deque<Held<T>> inOrder = new ArrayDeque<>();
    private final Map<Object, Deque<Held<T>>> lines = new HashMap<>();
    private final Deque<Held<T>> ready = new ArrayDeque<>();
    private final long againUntil;
    private final long againSince;
    private long next;
    private long bytes;
    private int open;
    private int begun;

    /**
     * @param next the offset of the first record that can come
     * @param againUntil records before this offset may have been read before
     * @param againSince by then: when that was, in milliseconds of the epoch
     */
    Window(long next, long againUntil, long againSince) {
        this.next = next;
        this.againUntil = againUntil;
        this.againSince = againSince;
    }

    /**
     * Takes a record.
     *
     * @param now milliseconds of the epoch
     */
    void add(ConsumerRecord<byte[], byte[]> delivered, T understood, long now) {
        var readAt = delivered.offset() < againUntil ? Math.min(againSince, now) : now;
        var held = new Held<>(this, delivered, understood, readAt);
        next = delivered.offset() + 1;
        inOrder.add(held);
        bytes += held.bytes;
        open++;
        var line = lines.computeIfAbsent(held.key, _ -> new ArrayDeque<>(2));
        line.add(held);
        if (line.size() == 1) {
            ready.add(held);
        }
    }

    /**
     * What can begin now, at most so many: each first of its key, or behind others of its key that
     * begin with it.
     */
    List<Held<T>> begin(int most) {
        var batch = new ArrayList<Held<T>>(Math.min(most, ready.size()));
        while (batch.size() < most && !ready.isEmpty()) {
            var line = lineOf(ready.remove()).iterator();
            while (batch.size() < most && line.hasNext()) {
                var held = line.next();
                held.begun = true;
                begun++;
                batch.add(held);
            }
        }
        return batch;
    }

    private Deque<Held<T>> lineOf(Held<T> held) {
        return lines.getOrDefault(held.key, new ArrayDeque<>());
    }

    /** Notes that one that had begun is done. */
    void done(Held<T> held) {
        held.finish();
        begun--;
        open--;
        bytes -= held.bytes;
        var line = lineOf(held);
        line.remove(held);
        if (line.isEmpty()) {
            lines.remove(held.key);
        } else if (!line.getFirst().begun) {
            ready.add(line.getFirst());
        }
        while (!inOrder.isEmpty() && inOrder.getFirst().isDone()) {
            inOrder.removeFirst();
        }
    }

    /** The first offset that is not done. */
    long firstOpen() {
        var first = inOrder.peekFirst();
        return first == null ? next : first.offset;
    }

    /**
     * When the record at that offset was read.
     *
     * @param now if there is none
     */
    long firstRead(long now) {
        var first = inOrder.peekFirst();
        return first == null ? now : first.readAt;
    }

    /** Records from the first one that is not done on. */
    int span() {
        return inOrder.size();
    }

    /** Records that are not done. */
    int open() {
        return open;
    }

    /** Records that have begun and are not done. */
    int begun() {
        return begun;
    }

    /** How long they are together. */
    long bytes() {
        return bytes;
    }

    /** A record in hand. */
    static final class Held<T> {
        private static final int OVERHEAD = 200;

        private final Window<T> window;
        private final Object key;
        private final long offset;
        private final long readAt;
        private final long bytes;
        private boolean begun;
        private @Nullable T understood;

        private Held(
                Window<T> window, ConsumerRecord<byte[], byte[]> it, T understood, long readAt) {
            this.window = window;
            this.key = it.key() == null ? this : ByteBuffer.wrap(it.key());
            this.offset = it.offset();
            this.readAt = readAt;
            this.bytes =
                    OVERHEAD
                            + Math.max(0, it.serializedKeySize())
                            + Math.max(0, it.serializedValueSize())
                            + lengthOf(it.headers());
            this.understood = understood;
        }

        private static long lengthOf(Headers headers) {
            long length = 0;
            for (var header : headers) {
                var value = header.value();
                length += header.key().length() + (value == null ? 0 : value.length);
            }
            return length;
        }

        Window<T> window() {
            return window;
        }

        /** Of one that is not done. */
        T understood() {
            var it = understood;
            if (it == null) {
                throw new IllegalStateException("record " + offset + " is done");
            }
            return it;
        }

        private boolean isDone() {
            return understood == null;
        }

        private void finish() {
            understood = null;
        }
    }
}
