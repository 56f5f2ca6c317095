package io.callbacks.deployer.rollout;

import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Route;
import io.callbacks.event.TargetSeen;
import io.callbacks.event.Topics;
import io.callbacks.service.lease.Lease;
import io.callbacks.service.outbox.TransactionalProducers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Publishes routes and observations, as the one active deployer. Every call is one transaction and
 * returns when Kafka has it; a deployer that was replaced is fenced by its fixed transactional id.
 */
final class Announcer implements AutoCloseable {
    private static final String TRANSACTIONAL_ID = "callbacks-deployer";

    private final Map<String, Object> kafka;
    private final Lease lease;
    private final Clock clock;
    private @Nullable Producer<String, byte[]> producer;

    Announcer(Map<String, Object> kafka, Lease lease, Clock clock) {
        this.kafka = kafka;
        this.lease = lease;
        this.clock = clock;
    }

    void route(long callbackId, Route route) {
        send(List.of(routeRecord(callbackId, route)));
    }

    void noRoute(long callbackId) {
        send(List.of(routeRecord(callbackId, null)));
    }

    void observation(DeploymentObserved observed) {
        send(List.of(record(observed)));
    }

    void routeAndObservation(long callbackId, Route route, DeploymentObserved observed) {
        send(List.of(routeRecord(callbackId, route), record(observed)));
    }

    void noRouteButObservation(long callbackId, DeploymentObserved observed) {
        send(List.of(routeRecord(callbackId, null), record(observed)));
    }

    void target(TargetSeen seen) {
        send(List.of(record(seen)));
    }

    private ProducerRecord<String, byte[]> record(Event event) {
        return TransactionalProducers.record(EventCodec.encode(event, clock.instant()));
    }

    private static ProducerRecord<String, byte[]> routeRecord(
            long callbackId, @Nullable Route route) {
        var value = route == null ? null : EventCodec.encode(route);
        return new ProducerRecord<>(Topics.ROUTE, Long.toString(callbackId), value);
    }

    private synchronized void send(List<ProducerRecord<String, byte[]>> records) {
        try {
            var open = open();
            open.beginTransaction();
            records.forEach(open::send);
            open.commitTransaction();
        } catch (RuntimeException e) {
            close();
            throw new PlatformException("Kafka did not take what was to be told", e);
        }
    }

    /**
     * Fencing follows the order in which producers are opened: the lease is looked at behind that.
     */
    private Producer<String, byte[]> open() {
        if (producer == null) {
            producer = TransactionalProducers.open(kafka, TRANSACTIONAL_ID);
            if (!lease.hold()) {
                throw new IllegalStateException("another deployer is active");
            }
        }
        return producer;
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(2));
            producer = null;
        }
    }
}
