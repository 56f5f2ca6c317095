package io.callbacks.invoker.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Follows the callback and the route topic from their beginning. The first table is complete: it
 * appears when everything is read that was there at the start. If Kafka goes away the last table
 * stays; whatever goes wrong, everything is read anew from the beginning.
 */
final class KafkaRoutes implements Routes, SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(KafkaRoutes.class);
    private static final Duration LOADING_POLL = Duration.ofMillis(50);
    private static final Duration FOLLOWING_POLL = Duration.ofSeconds(1);
    private static final Duration ASKING = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final String servers;
    private final List<Consumer<RouteTable>> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable RouteTable table;
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
    private volatile @Nullable Thread thread;

    KafkaRoutes(String servers) {
        this.servers = servers;
    }

    @Override
    public Optional<RouteTable> current() {
        return Optional.ofNullable(table);
    }

    @Override
    public void onChange(Consumer<RouteTable> listener) {
        listeners.add(listener);
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("routes").start(this::run);
    }

    @Override
    public boolean isRunning() {
        return thread != null && stopped.getCount() > 0;
    }

    /** Below the web server's: the last requests still see changes. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public void stop() {
        stopped.countDown();
        var following = consumer;
        if (following != null) {
            following.wakeup();
        }
        var running = thread;
        if (running != null) {
            join(running);
        }
    }

    private static void join(Thread running) {
        try {
            running.join(ASKING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var trouble = "";
        do {
            try (var kafka = new KafkaConsumer<>(settings(), keys(), values())) {
                consumer = kafka;
                if (stopped.getCount() > 0) { // from here on stop() wakes it up
                    follow(kafka);
                }
            } catch (WakeupException e) {
                log.debug("Woken up to stop");
            } catch (KafkaException e) {
                trouble = warn(trouble, String.valueOf(e.getMessage()));
            } catch (
                    RuntimeException
                            e) { // a fault of ours must not leave the table behind for ever
                log.error("Following failed, reading all anew: servers={}", servers, e);
            }
        } while (!stoppedWithin(PAUSE));
    }

    /** Once for each reason, however often it is tried. */
    private String warn(String before, String reason) {
        if (!reason.equals(before)) {
            log.warn("Cannot follow Kafka, trying on: servers={} reason={}", servers, reason);
        }
        return reason;
    }

    private boolean stoppedWithin(Duration pause) {
        try {
            return stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void follow(KafkaConsumer<String, byte[]> kafka) {
        var partitions = partitions(kafka);
        kafka.assign(partitions);
        kafka.seekToBeginning(partitions);
        var ends = kafka.endOffsets(partitions, ASKING);
        var replica = new Replica();
        while (ends.entrySet().stream().anyMatch(e -> kafka.position(e.getKey()) < e.getValue())) {
            kafka.poll(LOADING_POLL).forEach(record -> take(record, replica));
            if (stopped.getCount() == 0) {
                return;
            }
        }
        swap(replica.table());
        log.info("Following callbacks and routes: servers={}", servers);
        while (stopped.getCount() > 0) {
            var records = kafka.poll(FOLLOWING_POLL);
            if (!records.isEmpty()) {
                records.forEach(record -> take(record, replica));
                swap(replica.table());
            }
        }
    }

    private List<TopicPartition> partitions(KafkaConsumer<String, byte[]> kafka) {
        var partitions = new ArrayList<TopicPartition>();
        for (var topic : List.of(Topics.CALLBACK, Topics.ROUTE)) {
            var known = kafka.partitionsFor(topic, ASKING);
            if (known.isEmpty()) {
                log.info("Waiting for the registry to make its topics: servers={}", servers);
            }
            while (known.isEmpty()) {
                if (stoppedWithin(PAUSE)) {
                    throw new WakeupException();
                }
                known = kafka.partitionsFor(topic, ASKING);
            }
            known.forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
        }
        return partitions;
    }

    private static void take(ConsumerRecord<String, byte[]> record, Replica replica) {
        var key = String.valueOf(record.key());
        if (record.topic().equals(Topics.ROUTE)) {
            replica.route(key, record.value());
            return;
        }
        var type = record.headers().lastHeader("ce_type");
        replica.callback(
                key, type == null ? null : new String(type.value(), UTF_8), record.value());
    }

    private void swap(RouteTable next) {
        table = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    private Map<String, Object> settings() {
        return Map.of(
                "bootstrap.servers",
                servers,
                "client.id",
                "invoker-routes",
                "isolation.level",
                "read_committed",
                // records that are gone are no reason to go on half-informed: read all anew
                "auto.offset.reset",
                "none",
                "enable.auto.commit",
                false,
                "allow.auto.create.topics",
                false,
                "max.poll.records",
                5_000,
                "reconnect.backoff.max.ms",
                2_000);
    }

    private static StringDeserializer keys() {
        return new StringDeserializer();
    }

    private static ByteArrayDeserializer values() {
        return new ByteArrayDeserializer();
    }
}
