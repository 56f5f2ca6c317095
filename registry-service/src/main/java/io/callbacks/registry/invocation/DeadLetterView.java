package io.callbacks.registry.invocation;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter with what it holds.
 *
 * @param key as text, or in Base64 if it is none
 * @param headers of those with one name the last; as text, or in Base64
 * @param value if it is text; null if there is nothing, or it is not kept any more
 * @param valueBase64 if it is not
 */
record DeadLetterView(
        @JsonUnwrapped Item item,
        @Nullable String key,
        SortedMap<String, @Nullable String> headers,
        @Nullable String value,
        @Nullable String valueBase64) {
    /**
     * A dead letter as it is listed.
     *
     * @param callbackId null if it is not known
     * @param trigger null if it came by none
     */
    record Item(
            String deadLetterId,
            @Nullable Long callbackId,
            String problem,
            String reason,
            int tries,
            Origin origin,
            @Nullable String trigger,
            Instant failedAt) {
        static Item of(DeadLetter letter) {
            return new Item(
                    letter.id(),
                    letter.callbackId(),
                    letter.problem(),
                    letter.reason(),
                    letter.tries(),
                    new Origin(letter.topic(), letter.partition(), letter.offset()),
                    letter.trigger(),
                    letter.failedAt());
        }
    }

    /** Where a letter came from, where that is known. */
    record Origin(@Nullable String topic, @Nullable Integer partition, @Nullable Long offset) {}

    static DeadLetterView of(
            DeadLetter letter, ConsumerRecord<byte[], byte[]> record, Optional<byte[]> body) {
        var headers = new TreeMap<String, @Nullable String>();
        record.headers().forEach(h -> headers.put(h.key(), Content.shown(h.value())));
        var nothing = record.value() == null && body.filter(b -> b.length > 0).isEmpty();
        var content = nothing ? Content.NONE : body.map(Content::of).orElse(Content.NONE);
        return new DeadLetterView(
                Item.of(letter),
                Content.shown(record.key()),
                headers,
                content.text(),
                content.base64());
    }
}
