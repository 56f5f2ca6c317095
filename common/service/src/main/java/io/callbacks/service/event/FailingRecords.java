package io.callbacks.service.event;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.kafka.listener.RetryListener;

/**
 * Shows the records that are tried again and again: they hold up their partition until what they
 * need is back. Readiness goes down when one has failed {@value #PATIENCE} times.
 */
final class FailingRecords implements RetryListener, HealthIndicator {
    private static final Logger log = LoggerFactory.getLogger(FailingRecords.class);
    private static final int PATIENCE = 10;

    private record Failing(long offset, int attempts, String reason) {}

    private final Map<TopicPartition, Failing> failing = new ConcurrentHashMap<>();

    FailingRecords(MeterRegistry metrics) {
        Gauge.builder("callbacks.events.failing.attempts", this, FailingRecords::mostAttempts)
                .description("tries of the record that has failed most often and is still tried")
                .register(metrics);
    }

    @Override
    public void failedDelivery(ConsumerRecord<?, ?> event, @Nullable Exception error, int attempt) {
        var reason = rootOf(error);
        failing.put(partition(event), new Failing(event.offset(), attempt, reason));
        if (attempt == 1 || attempt % PATIENCE == 0) {
            log.warn(
                    "Event not handled, trying again: at={} attempt={} reason={}",
                    at(event),
                    attempt,
                    reason);
        }
    }

    @Override
    public void recovered(ConsumerRecord<?, ?> event, @Nullable Exception error) {
        failing.remove(partition(event));
        log.error(
                "Event moved to the dead-letter topic: at={} reason={}", at(event), rootOf(error));
    }

    /** A record behind the failing one was handled, so that one was too. */
    void handled(ConsumerRecord<?, ?> event) {
        failing.remove(partition(event));
    }

    @Override
    public Health health() {
        var down = mostAttempts() >= PATIENCE;
        var health = down ? Health.down() : Health.up();
        failing.forEach((partition, record) -> health.withDetail(partition.toString(), record));
        return health.build();
    }

    private int mostAttempts() {
        return failing.values().stream().mapToInt(Failing::attempts).max().orElse(0);
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> event) {
        return new TopicPartition(event.topic(), event.partition());
    }

    private static String at(ConsumerRecord<?, ?> event) {
        return event.topic() + "-" + event.partition() + "@" + event.offset();
    }

    private static String rootOf(@Nullable Throwable error) {
        var root = error;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root);
    }
}
