package io.callbacks.service.outbox;

import io.callbacks.service.lease.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Publishes what waits in an {@link Outbox}. Of several copies the one that holds the lease does
 * so, and Kafka fences the others: the transactional id is fixed, and since fencing follows the
 * order of initialisation and not that of the lease, the lease is read again after it. It is woken
 * in process and polls every second for what other copies stored.
 *
 * <p>It is never interrupted: an interrupt in the middle of a commit leaves its outcome unknown.
 */
public final class Relay<K> implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int BATCH = 200;

    private final String name;
    private final Outbox<K> outbox;
    private final Lease lease;
    private final Map<String, Object> kafka;
    private final String transactionalId;
    private final LinkedBlockingQueue<Optional<K>> woken = new LinkedBlockingQueue<>();
    private Thread thread = new Thread(() -> {});
    private volatile boolean running;

    /**
     * @param name of the service; the transactional id is {@code callbacks-<name>-relay}
     * @param kafka connection settings of a producer
     */
    public Relay(String name, Outbox<K> outbox, Lease lease, Map<String, Object> kafka) {
        this.name = name;
        this.outbox = outbox;
        this.lease = lease;
        this.kafka = kafka;
        this.transactionalId = "callbacks-" + name + "-relay";
    }

    /** Says that a document has something waiting. Returns at once. */
    public void wake(K id) {
        woken.add(Optional.of(id));
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name(name + "-relay").start(this::run);
    }

    @Override
    public void stop() {
        running = false;
        woken.add(Optional.empty());
        try {
            thread.join(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void run() {
        var pause = new Pause(LONGEST_PAUSE);
        while (running) {
            try {
                if (lease.hold()) {
                    lead(pause);
                } else {
                    pause.fixed(POLL);
                }
            } catch (ProducerFencedException | InvalidProducerEpochException e) {
                log.info("Relay was fenced and looks at its lease again: relay={}", name);
            } catch (RuntimeException e) {
                log.warn(
                        "Relay stopped publishing and tries again: relay={} reason={}",
                        name,
                        e.toString());
                pause.longer();
            }
        }
        lease.release();
    }

    private void lead(Pause pause) {
        try (var producer = open()) {
            log.debug("Relay leads: relay={}", name);
            var lookAt = System.nanoTime();
            while (running && lease.hold()) {
                var ids = new LinkedHashSet<K>();
                if (System.nanoTime() - lookAt >= 0) {
                    ids.addAll(outbox.waiting(BATCH));
                    lookAt = System.nanoTime() + (ids.size() < BATCH ? POLL.toNanos() : 0);
                }
                takeWoken(ids);
                publish(producer, ids);
                pause.reset();
            }
        }
    }

    private Producer<byte[], byte[]> open() {
        return TransactionalProducers.open(kafka, transactionalId, new ByteArraySerializer());
    }

    /** Waits for the first wake-up unless there is something to do already. */
    private void takeWoken(Collection<K> ids) {
        var taken = new ArrayList<Optional<K>>();
        try {
            if (ids.isEmpty()) {
                var first = woken.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    taken.add(first);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("the relay is never interrupted", e);
        }
        woken.drainTo(taken, BATCH);
        taken.forEach(id -> id.ifPresent(ids::add));
    }

    private void publish(Producer<byte[], byte[]> producer, Collection<K> ids) {
        if (ids.isEmpty()) {
            return;
        }
        var waiting = outbox.render(ids);
        if (waiting.isEmpty() || !lease.isHeld()) {
            return;
        }
        send(producer, waiting);
        outbox.published(waiting);
    }

    private static <K> void send(
            Producer<byte[], byte[]> producer, List<Outbox.Waiting<K>> waiting) {
        producer.beginTransaction();
        for (var fact : waiting) {
            producer.send(fact.record());
        }
        producer.commitTransaction();
    }
}
