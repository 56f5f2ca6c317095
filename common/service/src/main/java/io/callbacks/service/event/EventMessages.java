package io.callbacks.service.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;

/** Turns what the Kafka binder hands over into events. */
public final class EventMessages {
    private EventMessages() {}

    /**
     * A consumer function that decodes each record for {@code events}. Tombstones are passed over.
     * What cannot be decoded is thrown as {@link io.callbacks.event.UndecodableEventException}.
     */
    public static Consumer<Message<byte[]>> consumer(Consumer<Event> events) {
        return message -> {
            // a tombstone arrives as a KafkaNull, whatever the type says
            if ((Object) message.getPayload() instanceof byte[] value) {
                events.accept(EventCodec.decode(type(message), value));
            }
        };
    }

    /** The header has another name when it was written by Spring. */
    private static @Nullable String type(Message<?> message) {
        var headers = message.getHeaders();
        var type = headers.containsKey("ce_type") ? headers.get("ce_type") : headers.get("ce-type");
        return type instanceof byte[] bytes ? new String(bytes, UTF_8) : (String) type;
    }
}
