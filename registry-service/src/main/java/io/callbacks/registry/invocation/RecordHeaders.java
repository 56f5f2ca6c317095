package io.callbacks.registry.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the headers of records; of those with one name the last counts. */
final class RecordHeaders {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
    private static final Pattern SMALL_NUMBER = Pattern.compile("\\d{1,9}");

    private RecordHeaders() {}

    static Optional<String> text(ConsumerRecord<?, ?> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), UTF_8));
    }

    static Optional<Long> number(ConsumerRecord<?, ?> record, String name) {
        return text(record, name).filter(t -> NUMBER.matcher(t).matches()).map(Long::valueOf);
    }

    static Optional<Integer> smallNumber(ConsumerRecord<?, ?> record, String name) {
        return text(record, name)
                .filter(t -> SMALL_NUMBER.matcher(t).matches())
                .map(Integer::valueOf);
    }
}
