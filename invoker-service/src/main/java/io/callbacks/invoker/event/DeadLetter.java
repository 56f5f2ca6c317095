package io.callbacks.invoker.event;

import io.callbacks.event.Topics;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
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
    private static final int LARGEST = 2 * 1024 * 1024 - 128 * 1024;
    private static final int LARGEST_OF_A_HEADER = 1024;

    /** What came of a call that failed. */
    public static DeadLetter of(Ending.Failed failed) {
        return new DeadLetter(
                failed.problem(),
                failed.reason(),
                failed.tries(),
                failed.callee()
                        .map(callee -> OptionalLong.of(callee.target().callbackId()))
                        .orElse(OptionalLong.empty()),
                null);
    }

    /** A record that cannot be read. */
    public static DeadLetter invalid(String reason) {
        return new DeadLetter("invalid-event", reason, 0, OptionalLong.empty(), null);
    }

    /** The same, of a trigger. */
    public DeadLetter by(long callback, String name) {
        return new DeadLetter(problem, reason, tries, OptionalLong.of(callback), name);
    }

    private static long length(ConsumerRecord<byte[], byte[]> delivered) {
        long length = Math.max(0, delivered.serializedValueSize());
        for (var header : delivered.headers()) {
            length += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return length;
    }

    /**
     * The record for the dead-letter topic; without its value where that is larger than it takes.
     */
    public ProducerRecord<byte[], byte[]> letter(ConsumerRecord<byte[], byte[]> delivered) {
        var topic = Topics.deadLetter(Topics.INVOCATION);
        var whole = length(delivered) <= LARGEST;
        var letter = new NewRecord(topic, null, delivered.key(), whole ? delivered.value() : null);
        for (var header : delivered.headers()) {
            var value = header.value();
            var isOurs = header.key().startsWith(PREFIX); // of an earlier death
            if (value != null && !isOurs && (whole || value.length <= LARGEST_OF_A_HEADER)) {
                letter.add(header.key(), value);
            }
        }
        if (!whole) {
            letter.add(PREFIX + "truncated", "true");
        }
        letter.add(PREFIX + "reason", reason)
                .add(PREFIX + "problem", problem)
                .add(PREFIX + "tries", Integer.toString(tries))
                .add(PREFIX + "topic", delivered.topic())
                .add(PREFIX + "partition", Integer.toString(delivered.partition()))
                .add(PREFIX + "offset", Long.toString(delivered.offset()));
        callbackId.ifPresent(id -> letter.add(PREFIX + "callback", Long.toString(id)));
        if (trigger != null) {
            letter.add(PREFIX + "trigger", trigger);
        }
        return letter.done();
    }
}
