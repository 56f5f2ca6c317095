package io.callbacks.invoker.event;

import io.callbacks.event.Topics;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Why a record is not handled any more.
 *
 * @param problem kebab-case
 * @param reason a sentence
 * @param tries how often the handler was called
 * @param callbackId for which callback, where that is known
 * @param trigger by which trigger; null for none
 */
public record DeadLetter(
        String problem,
        String reason,
        int tries,
        OptionalLong callbackId,
        @Nullable String trigger) {
    private static final String PREFIX = "callbacks-dlt-";

    /** What the topic takes, and room for our own headers. */
    private static final int LARGEST = 2 * 1024 * 1024 - 128 * 1024;

    /**
     * What is kept of one that is larger, without its value: key and short headers of this size.
     */
    private static final int LARGEST_HEAD = 64 * 1024;

    private static final int LARGEST_OF_A_HEADER = 1024;

    /** What came of a call that failed. */
    public static DeadLetter of(Ending.Failed failed) {
        return new DeadLetter(
                failed.problem(), failed.reason(), failed.tries(), failed.callbackId(), null);
    }

    /** A record that cannot be read. */
    public static DeadLetter invalid(String reason) {
        return new DeadLetter("invalid-event", reason, 0, OptionalLong.empty(), null);
    }

    /** The same, of a trigger. */
    public DeadLetter by(long callback, String name) {
        return new DeadLetter(problem, reason, tries, OptionalLong.of(callback), name);
    }

    /**
     * The record for the dead-letter topic; without its value where that is larger than it takes.
     */
    public ProducerRecord<byte[], byte[]> letter(ConsumerRecord<byte[], byte[]> delivered) {
        var letter = copy(delivered);
        letter.add(PREFIX + "reason", reason)
                .add(PREFIX + "problem", problem)
                .add(PREFIX + "tries", Integer.toString(tries))
                .add(PREFIX + "topic", delivered.topic())
                .add(PREFIX + "partition", Integer.toString(delivered.partition()))
                .add(PREFIX + "offset", Long.toString(delivered.offset()))
                .add(PREFIX + "timestamp", Long.toString(delivered.timestamp()));
        callbackId.ifPresent(id -> letter.add(PREFIX + "callback", Long.toString(id)));
        if (trigger != null) {
            letter.add(PREFIX + "trigger", trigger);
        }
        return letter.done();
    }

    private static NewRecord copy(ConsumerRecord<byte[], byte[]> delivered) {
        var topic = Topics.deadLetter(Topics.INVOCATION);
        var headers = headers(delivered);
        var key = length(delivered.key());
        var length = key + length(delivered.value());
        if (length + headers.stream().mapToLong(DeadLetter::length).sum() <= LARGEST) {
            var whole = new NewRecord(topic, null, delivered.key(), delivered.value());
            headers.forEach(header -> whole.add(header.key(), header.value()));
            return whole;
        }
        var head = new NewRecord(topic, null, key <= LARGEST_HEAD ? delivered.key() : null, null);
        long left = LARGEST_HEAD;
        for (var header : headers) {
            if (length(header) <= Math.min(left, LARGEST_OF_A_HEADER)) {
                left -= length(header);
                head.add(header.key(), header.value());
            }
        }
        return head.add(PREFIX + "truncated", "true");
    }

    /** All that say something, but for what was said at an earlier death. */
    private static List<Header> headers(ConsumerRecord<byte[], byte[]> delivered) {
        return StreamSupport.stream(delivered.headers().spliterator(), false)
                .filter(header -> header.value() != null && !header.key().startsWith(PREFIX))
                .toList();
    }

    private static long length(Header header) {
        return header.key().length() + length(header.value());
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
