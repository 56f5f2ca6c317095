package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.callbacks.blob.BlobStore;
import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.event.Topics;
import io.callbacks.invoker.gateway.LaterCall;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** HTTP requests as records, to be carried out later. */
final class HttpRecords {
    /** The type of their events. */
    static final String TYPE = "http-request";

    /** Holds what CloudEvents have no place for. */
    static final String HEADER = "callbacks-http";

    /** What is larger is kept beside Kafka, whose records end at 1 MiB. */
    static final int LARGEST_VALUE = 900 * 1024;

    private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z-]{0,31}");
    private static final Pattern TARGET = Pattern.compile("/api[!-~]{0,16384}");

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();

    private final Supplier<BlobStore> bodies;
    private final Clock clock;

    /** A request but for its body. */
    private record Head(
            String method,
            String target,
            List<LaterCall.Header> headers,
            String resource,
            Map<String, String> parameters,
            String peer,
            String requestId) {
        Head {
            requireNonNull(method, "method");
            requireNonNull(target, "target");
            headers = List.copyOf(headers);
            requireNonNull(resource, "resource");
            parameters = Map.copyOf(parameters);
            requireNonNull(peer, "peer");
            requireNonNull(requestId, "request_id");
        }

        static Head of(LaterCall call) {
            return new Head(
                    call.method(),
                    call.target(),
                    call.headers(),
                    call.resource(),
                    call.parameters(),
                    call.peer(),
                    call.requestId());
        }
    }

    HttpRecords(Supplier<BlobStore> bodies, Clock clock) {
        this.bodies = bodies;
        this.clock = clock;
    }

    /** The record of a request; blocks where its body is large. */
    ProducerRecord<byte[], byte[]> of(LaterCall call) {
        var id = UUID.randomUUID().toString();
        var body = call.body();
        var large = body != null && body.length > LARGEST_VALUE;
        var record =
                new NewRecord(Topics.INVOCATION, null, id.getBytes(UTF_8), large ? null : body)
                        .add("ce_specversion", "1.0")
                        .add("ce_id", id)
                        .add("ce_source", "/api")
                        .add("ce_type", TYPE)
                        .add("ce_subject", Long.toString(call.callbackId()))
                        .add("ce_time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString())
                        .add("ce_track", "true");
        if (large && body != null) {
            record.add("ce_dataref", bodies.get().put(body));
        }
        return record.add(HEADER, JSON.writeValueAsBytes(Head.of(call))).done();
    }

    /**
     * Looks whether there is a request in an event.
     *
     * @throws InvalidCloudEventException if not
     */
    void check(byte @Nullable [] header) {
        var head = head(header);
        if (!METHOD.matcher(head.method()).matches() || !TARGET.matcher(head.target()).matches()) {
            throw new InvalidCloudEventException(
                    "method and target must be as in HTTP: POST, /api/shop?x=1.");
        }
    }

    /**
     * The request in an event; blocks where its body is large.
     *
     * @throws InvalidCloudEventException if it holds none
     */
    LaterCall read(CloudEvent event, byte @Nullable [] header, long callbackId) {
        var head = head(header);
        return new LaterCall(
                callbackId,
                head.method(),
                head.target(),
                head.headers(),
                head.resource(),
                head.parameters(),
                head.peer(),
                head.requestId(),
                event.extension("dataref").map(it -> bodies.get().get(it)).orElse(event.data()));
    }

    private static Head head(byte @Nullable [] header) {
        try {
            var head = header == null ? null : JSON.readValue(header, Head.class);
            if (head != null) {
                return head;
            }
        } catch (JacksonException e) {
            throw new InvalidCloudEventException(
                    "header '%s' cannot be read: %s".formatted(HEADER, e.getOriginalMessage()));
        }
        throw new InvalidCloudEventException("header '" + HEADER + "' is missing.");
    }
}
