package io.callbacks.registry.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Topics;
import io.callbacks.testing.kafka.Topic;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Publishes what producers and invokers do. */
public final class Events implements AutoCloseable {
    private static final AtomicLong IDS = new AtomicLong(System.nanoTime());

    private final String kafka;
    private final Producer<String, byte[]> producer;

    public Events(String kafka) {
        this.kafka = kafka;
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka, "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    /** A number, or a name, that no other test has. */
    public static long fresh() {
        return IDS.incrementAndGet();
    }

    /** Headers, the names and values in turn. */
    public static Map<String, String> headers(String... namesAndValues) {
        var headers = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    /** What an invoker publishes of an HTTP call that is not waited for. */
    public String httpCall(byte @Nullable [] body, String... more) {
        var headers =
                headers(
                        "ce_specversion", "1.0",
                        "ce_id", "http-" + fresh(),
                        "ce_type", "http-request",
                        "ce_source", "/api",
                        "ce_subject", "7",
                        "ce_track", "true",
                        "ce_httpmethod", "POST",
                        "ce_httptarget", "/api/shop?x=1",
                        "content-type", "text/plain; charset=utf-8",
                        "callbacks-http",
                                "{\"headers\": [[\"X-A\", \"1\"]], \"peer\": \"127.0.0.1\"}");
        headers.putAll(headers(more));
        return publish(Topics.INVOCATION, null, "customer-5", body, headers);
    }

    /** What an invoker tells of a call; a partition is that of the call. */
    public String tell(String call, String type, byte @Nullable [] value, String... more) {
        var headers =
                headers(
                        "ce_specversion", "1.0",
                        "ce_id", call + "/" + type + fresh(),
                        "ce_type", type,
                        "ce_source", "/callbacks/7",
                        "ce_subject", "7",
                        "ce_invocation", call,
                        "ce_track", "true");
        headers.putAll(headers(more));
        var partition = Integer.valueOf(call.split("-", 2)[0]);
        return publish(Topics.INVOCATION_RESULT, partition, "customer-5", value, headers);
    }

    /** Publishes a record and gives partition and offset. */
    public String publish(
            String topic,
            @Nullable Integer partition,
            @Nullable String key,
            byte @Nullable [] value,
            Map<String, String> headers) {
        var record = new ProducerRecord<>(topic, partition, key, value);
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(UTF_8)));
        try {
            var sent = producer.send(record).get();
            return sent.partition() + "-" + sent.offset();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The record in a place. */
    public ConsumerRecord<String, byte[]> record(String topic, String place) {
        return new Topic(kafka, topic)
                .records().stream()
                        .filter(r -> (r.partition() + "-" + r.offset()).equals(place))
                        .findFirst()
                        .orElseThrow();
    }

    /** A header of a record; empty if it has none. */
    public static String header(ConsumerRecord<?, ?> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), UTF_8);
    }

    @Override
    public void close() {
        producer.close();
    }
}
