import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The life of a function, by events alone: created, deployed, called, its env changed, called
 * again, deleted.
 *
 * <p>Arguments: bootstrap servers (127.0.0.1:9092) and target (the platform's default).
 */
public final class Life implements AutoCloseable {
    private static final String COMMAND = "callbacks.command";
    private static final String COMMAND_RESULT = "callbacks.command-result";
    private static final String INVOCATION = "callbacks.invocation";
    private static final String INVOCATION_RESULT = "callbacks.invocation-result";

    private static final String NEW_CALLBACK =
            """
            {"path": "%s", "method": "POST", "type": "python", "env": {"GREETING": "Annyeong"},
             "code": "import os\\n\\ndef handler(event):\\n    return {'statusCode': 200, 'headers': {'Content-Type': 'text/plain'}, 'body': '%%s, %%s!' %% (os.environ['GREETING'], event['data']['name'])}"}
            """;

    private final KafkaProducer<String, String> producer;
    private final KafkaConsumer<String, String> consumer;

    /** Of all commands: they are begun in this order. */
    private final String key = "life-" + UUID.randomUUID();

    private Life(String servers) {
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", servers, "max.block.ms", "30000"),
                        new StringSerializer(),
                        new StringSerializer());
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", servers,
                                "isolation.level", "read_committed",
                                "enable.auto.commit", "false",
                                "default.api.timeout.ms", "30000"),
                        new StringDeserializer(),
                        new StringDeserializer());
        readFromNowOn();
    }

    public static void main(String[] arguments) {
        var servers = arguments.length > 0 ? arguments[0] : "127.0.0.1:9092";
        try (var life = new Life(servers)) {
            life.live(arguments.length > 1 ? arguments[1] : null);
            System.out.println("OK: every answer was as expected");
        } catch (Exception e) {
            System.err.println("FAILED: " + e.getMessage());
            System.exit(1);
        }
    }

    private void live(String target) throws Exception {
        var path = "life-" + UUID.randomUUID();

        var created = command("create-callback", null, NEW_CALLBACK.formatted(path), null);
        expect("201", header(created, "ce_statuscode"), "status of the create");
        var number = header(created, "ce_subject");

        // with this wish the answer comes when it serves
        var wish = target == null ? null : "{\"c_type\": \"%s\"}".formatted(target);
        var deployed = command("deploy", number, wish, "wait=60");
        expect("200", header(deployed, "ce_statuscode"), "status of the deploy");

        // by its number, and by its path; of one customer one after the other
        expect("Annyeong, Mina!", call(number, "Mina"), "the answer");
        expect("Annyeong, Juno!", call("POST " + path, "Juno"), "the answer");

        // a succeeded change of env is live
        var changed = command("update-env", number, "{\"GREETING\": \"Hello\"}", null);
        expect("200", header(changed, "ce_statuscode"), "status of the change");
        expect("Hello, Mina!", call(number, "Mina"), "the answer");

        var undeployed = command("undeploy", number, null, null);
        expect("200", header(undeployed, "ce_statuscode"), "status of the undeploy");
        var deleted = command("delete-callback", number, null, null);
        expect("204", header(deleted, "ce_statuscode"), "status of the delete");
    }

    private ConsumerRecord<String, String> command(
            String type, String subject, String data, String prefer) throws Exception {
        var event = attributes(type, subject);
        if (prefer != null) {
            event.put("prefer", prefer);
        }
        var result = resultOf(send(COMMAND, key, event, data), Duration.ofSeconds(90));
        System.out.printf(
                "%s -> %s %s%n",
                type, header(result, "ce_type"), header(result, "ce_statuscode"));
        expect("command-succeeded", header(result, "ce_type"), type + ": " + result.value());
        return result;
    }

    private String call(String subject, String name) throws Exception {
        var data = "{\"name\": \"%s\"}".formatted(name);
        var event = attributes("greeting-wanted", subject);
        var result =
                resultOf(send(INVOCATION, "customer-5", event, data), Duration.ofSeconds(60));
        System.out.printf(
                "call -> %s %s after %s tries: %s%n",
                header(result, "ce_type"),
                header(result, "ce_statuscode"),
                header(result, "ce_tries"),
                result.value());
        expect("invocation-completed", header(result, "ce_type"), "the call");
        return result.value();
    }

    private static Map<String, String> attributes(String type, String subject) {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("specversion", "1.0");
        attributes.put("id", UUID.randomUUID().toString());
        attributes.put("source", "/examples/Life.java");
        attributes.put("type", type);
        if (subject != null) {
            attributes.put("subject", subject);
        }
        return attributes;
    }

    /** Sends a CloudEvent in binary mode and returns its id when the broker has it. */
    private String send(String topic, String key, Map<String, String> event, String data)
            throws Exception {
        var record = new ProducerRecord<>(topic, key, data);
        event.forEach((name, value) -> add(record.headers(), "ce_" + name, value));
        add(record.headers(), "content-type", "application/json");
        producer.send(record).get(30, TimeUnit.SECONDS);
        return event.get("id");
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }

    /** Before anything is sent: no result can be missed, and none is an old one. */
    private void readFromNowOn() {
        var partitions = new ArrayList<TopicPartition>();
        for (var topic : List.of(COMMAND_RESULT, INVOCATION_RESULT)) {
            for (var partition : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, partition.partition()));
            }
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position); // a seek is carried out when it is asked for
    }

    private ConsumerRecord<String, String> resultOf(String event, Duration patience) {
        var deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            for (var record : consumer.poll(Duration.ofSeconds(1))) {
                if (event.equals(header(record, "ce_correlationid"))) {
                    return record;
                }
            }
        }
        throw new IllegalStateException(
                "no result for event %s within %s s".formatted(event, patience.toSeconds()));
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), UTF_8);
    }

    private static void expect(String wanted, String found, String what) {
        if (!wanted.equals(found)) {
            throw new IllegalStateException(
                    "%s: expected %s, got %s".formatted(what, wanted, found));
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        consumer.close();
    }
}
