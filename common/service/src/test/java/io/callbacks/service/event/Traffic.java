package io.callbacks.service.event;

import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.service.outbox.TransactionalProducers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;

/** Sends the attempts 1, 2, 3, … of some builds, each when the one before was acknowledged. */
final class Traffic {
    private static final int BUILDS = 24;
    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(20);

    private final Producer<String, byte[]> producer;
    private final String name;
    private final Thread thread;
    private volatile boolean running = true;
    private volatile int acknowledged;

    Traffic(Producer<String, byte[]> producer, String name) {
        this.producer = producer;
        this.name = name;
        thread = Thread.ofVirtual().name("traffic").start(this::run);
    }

    private void run() {
        try {
            while (running) {
                var next = acknowledged + 1;
                sendRound(next);
                acknowledged = next;
                Thread.sleep(BETWEEN_ROUNDS);
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("no traffic any more", e);
        }
    }

    private void sendRound(int attempt) throws InterruptedException, ExecutionException {
        var sent = IntStream.range(0, BUILDS).mapToObj(build -> send(build, attempt)).toList();
        for (var one : sent) {
            one.get();
        }
    }

    private Future<?> send(int build, int attempt) {
        var event = event(build, name + "-" + build, attempt);
        return producer.send(
                TransactionalProducers.record(EventCodec.encode(event, Instant.EPOCH)));
    }

    static Event event(long callbackId, String uid, int attempt) {
        return new BuildStarted(new BuildKey(callbackId, uid, 1, "process", attempt));
    }

    /** How many attempts of each build are acknowledged. */
    int acknowledged() {
        return acknowledged;
    }

    /** Stops and gives how many attempts of each build were acknowledged. */
    int stop() throws InterruptedException {
        running = false;
        thread.join();
        return acknowledged;
    }

    /** The builds. */
    List<String> uids() {
        return IntStream.range(0, BUILDS).mapToObj(build -> name + "-" + build).toList();
    }
}
