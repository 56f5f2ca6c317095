package io.callbacks.deployer.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Route;
import io.callbacks.event.TargetSeen;
import io.callbacks.event.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** All that a deployer published, in the order in which it was heard. */
public final class Heard implements AutoCloseable {
    private final List<ConsumerRecord<String, byte[]>> records = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean running = true;

    Heard(String servers) {
        thread = Thread.ofPlatform().name("heard").start(() -> listen(servers));
    }

    private void listen(String servers) {
        var settings =
                Map.<String, Object>of(
                        "bootstrap.servers", servers,
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest");
        try (var consumer =
                new KafkaConsumer<>(
                        settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(
                    List.of(Topics.DEPLOYMENT, Topics.ROUTE, Topics.TARGET).stream()
                            .flatMap(topic -> consumer.partitionsFor(topic).stream())
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList());
            while (running) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
    }

    private List<ConsumerRecord<String, byte[]>> of(String topic, long callbackId) {
        return records.stream()
                .filter(r -> r.topic().equals(topic) && r.key().equals(Long.toString(callbackId)))
                .toList();
    }

    /** All routes of a callback; empty ones are tombstones. */
    public List<Optional<Route>> routes(long callbackId) {
        return of(Topics.ROUTE, callbackId).stream()
                .map(r -> Optional.ofNullable(r.value()).map(EventCodec::decodeRoute))
                .toList();
    }

    public Optional<Route> route(long callbackId) {
        var all = routes(callbackId);
        return all.isEmpty() ? Optional.empty() : all.getLast();
    }

    public List<DeploymentObserved> observations(long callbackId) {
        return of(Topics.DEPLOYMENT, callbackId).stream()
                .map(r -> (DeploymentObserved) EventCodec.decode(type(r), r.value()))
                .toList();
    }

    public Optional<DeploymentObserved> observed(long callbackId) {
        var all = observations(callbackId);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    public Optional<TargetSeen> target(String name) {
        return records.stream()
                .filter(r -> r.topic().equals(Topics.TARGET) && r.key().equals(name))
                .map(r -> (TargetSeen) EventCodec.decode(type(r), r.value()))
                .reduce((_, last) -> last);
    }

    /** Of two records of one callback, whether the route was told before the observation. */
    public boolean wasRoutedBeforeObserved(long callbackId, long generation) {
        var seen = routedAt(callbackId, generation);
        return of(Topics.DEPLOYMENT, callbackId).stream()
                .filter(r -> serves(r, generation))
                .allMatch(r -> r.timestamp() >= seen);
    }

    private long routedAt(long callbackId, long generation) {
        return of(Topics.ROUTE, callbackId).stream()
                .filter(r -> r.value() != null)
                .filter(r -> EventCodec.decodeRoute(r.value()).generation() == generation)
                .findFirst()
                .orElseThrow()
                .timestamp();
    }

    private static boolean serves(ConsumerRecord<String, byte[]> record, long generation) {
        var serving =
                ((DeploymentObserved) EventCodec.decode(type(record), record.value())).serving();
        return serving != null && serving.generation() == generation;
    }

    /** Every record as text, to look for what must not be in any. */
    public List<String> texts() {
        return records.stream()
                .filter(r -> r.value() != null)
                .map(r -> new String(r.value(), UTF_8))
                .toList();
    }

    private static String type(ConsumerRecord<?, ?> record) {
        return new String(record.headers().lastHeader("ce_type").value(), UTF_8);
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
