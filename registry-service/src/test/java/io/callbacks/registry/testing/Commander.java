package io.callbacks.registry.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.callbacks.event.Topics;
import io.callbacks.testing.kafka.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends commands and hears what came of them. */
public final class Commander {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();

    private final Supplier<String> kafka;

    public Commander(Supplier<String> kafka) {
        this.kafka = kafka;
    }

    /** What came of a command. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Result(
            @Nullable String key, Map<String, String> headers, byte @Nullable [] value) {
        static Result of(ConsumerRecord<String, byte[]> record) {
            var headers = new TreeMap<String, String>();
            record.headers().forEach(h -> headers.put(h.key(), new String(h.value(), UTF_8)));
            return new Result(record.key(), headers, record.value());
        }

        /** A header; nothing if it is absent. */
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }

        public int status() {
            return Integer.parseInt(header("ce_statuscode"));
        }

        public JsonNode json() {
            return JSON.readTree(value == null ? new byte[0] : value);
        }

        /** The value as text. */
        public String text() {
            return value == null ? "" : new String(value, UTF_8);
        }
    }

    /** An id no other command has. */
    public static String freshId() {
        return UUID.randomUUID().toString();
    }

    /** Sends a command in binary mode and waits for what comes of it. */
    public Result call(String type, @Nullable Object subject, String data, String... more) {
        var id = freshId();
        send(id, type, subject, data, more);
        return result(id);
    }

    /** Sends a command in binary mode; behind the data names and values of more headers. */
    public void send(
            String id, String type, @Nullable Object subject, String data, String... more) {
        var record = record("key", data.isEmpty() ? null : data.getBytes(UTF_8));
        header(record, "ce_specversion", "1.0");
        header(record, "ce_id", id);
        header(record, "ce_source", "/tests");
        header(record, "ce_type", type);
        if (subject != null) {
            header(record, "ce_subject", subject.toString());
        }
        for (int i = 0; i < more.length; i += 2) {
            header(record, more[i], more[i + 1]);
        }
        send(record);
    }

    /** A record for the topic of commands. */
    public static ProducerRecord<byte[], byte[]> record(String key, byte @Nullable [] value) {
        return new ProducerRecord<byte[], byte[]>(Topics.COMMAND, key.getBytes(UTF_8), value);
    }

    public static void header(ProducerRecord<?, ?> record, String name, String value) {
        record.headers().add(name, value.getBytes(UTF_8));
    }

    /** Sends any record at all. */
    public void send(ProducerRecord<byte[], byte[]> record) {
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka.get()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            producer.send(record).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What came of a command; waits for it. */
    public Result result(String id) {
        return results(id, 1).getFirst();
    }

    /** What was answered to a command; waits for so many. */
    public List<Result> results(String id, int count) {
        return await().atMost(SOON)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> results(id), found -> found.size() >= count);
    }

    /** What was answered to a command until now. */
    public List<Result> results(String id) {
        return all().stream().filter(r -> r.header("ce_correlationid").equals(id)).toList();
    }

    /** All that was answered, in order per key. */
    public List<Result> all() {
        return new Topic(kafka.get(), Topics.COMMAND_RESULT)
                .records().stream().map(Result::of).toList();
    }
}
