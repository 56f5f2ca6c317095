package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.BlobStore;
import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.event.Topics;
import io.callbacks.invoker.gateway.LaterCall;
import io.netty.handler.codec.http.HttpHeaderNames;
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

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");
    private static final Pattern TARGET = Pattern.compile("/api/[!-~]{0,8000}");

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();

    private final Supplier<BlobStore> bodies;
    private final Clock clock;

    /** The rest of a request. */
    private record Head(
            List<LaterCall.Header> headers,
            String resource,
            Map<String, String> parameters,
            String peer,
            String requestId) {
        static Head of(LaterCall call) {
            return new Head(
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
                        .add("ce_track", "true")
                        .add("ce_httpmethod", call.method())
                        .add("ce_httptarget", call.target());
        if (large && body != null) {
            record.add("ce_dataref", bodies.get().put(body));
        }
        call.headers().stream()
                .filter(it -> HttpHeaderNames.CONTENT_TYPE.contentEqualsIgnoreCase(it.name()))
                .findFirst()
                .ifPresent(it -> record.add("content-type", it.value()));
        return record.add(HEADER, JSON.writeValueAsBytes(Head.of(call))).done();
    }

    /**
     * Looks whether there is a request in an event.
     *
     * @throws InvalidCloudEventException if not
     */
    void check(CloudEvent event, byte @Nullable [] header) {
        var head = head(header);
        if (head.headers() == null
                || head.resource() == null
                || head.parameters() == null
                || head.peer() == null
                || head.requestId() == null) {
            throw new InvalidCloudEventException("header '" + HEADER + "' is not whole.");
        }
        if (!METHOD.matcher(required(event, "httpmethod")).matches()
                || !TARGET.matcher(required(event, "httptarget")).matches()) {
            throw new InvalidCloudEventException(
                    "httpmethod and httptarget must be as in HTTP: POST, /api/shop?x=1.");
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
                required(event, "httpmethod"),
                required(event, "httptarget"),
                head.headers(),
                head.resource(),
                head.parameters(),
                head.peer(),
                head.requestId(),
                event.extension("dataref").map(bodies.get()::get).orElse(event.data()));
    }

    private static Head head(byte @Nullable [] header) {
        try {
            if (header != null) {
                return JSON.readValue(header, Head.class);
            }
        } catch (JacksonException e) {
            throw new InvalidCloudEventException(
                    "header '%s' cannot be read: %s".formatted(HEADER, e.getOriginalMessage()));
        }
        throw new InvalidCloudEventException("header '" + HEADER + "' is missing.");
    }

    private static String required(CloudEvent event, String name) {
        return event.extension(name)
                .orElseThrow(
                        () ->
                                new InvalidCloudEventException(
                                        "extension '" + name + "' is missing."));
    }
}
