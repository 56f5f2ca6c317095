package io.callbacks.invoker.event;

import io.callbacks.invoker.gateway.LaterCall;
import io.callbacks.invoker.gateway.Queueing;
import io.callbacks.invoker.http.Problem;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Puts HTTP requests on the invocation topic; each is accepted when Kafka has acknowledged it. */
final class HttpQueue implements Queueing, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpQueue.class);
    private static final int PATIENCE_MILLIS = 10_000;

    private final String servers;
    private final HttpRecords requests;
    private final Scheduler threads =
            Schedulers.fromExecutorService(
                    Executors.newVirtualThreadPerTaskExecutor(), "http-queue");
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    HttpQueue(String servers, HttpRecords requests) {
        this.servers = servers;
        this.requests = requests;
    }

    @Override
    public Mono<String> accept(LaterCall call) {
        return Mono.fromCallable(() -> send(call)).subscribeOn(threads);
    }

    private String send(LaterCall call) throws InterruptedException {
        try {
            var sent = open().send(requests.of(call)).get();
            return InvocationId.of(sent.partition(), sent.offset());
        } catch (ExecutionException e) {
            throw unavailable(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException | UncheckedIOException e) {
            throw unavailable(e);
        }
    }

    private static RuntimeException unavailable(Throwable e) {
        log.warn("A request could not be put on the topic: reason={}", e.toString());
        return Problem.of(
                        503,
                        "events-unavailable",
                        "The request could not be kept for later; it may have been all the same. Try again soon, or call without Prefer: respond-async.")
                .with("Retry-After", "2")
                .asException();
    }

    private synchronized KafkaProducer<byte[], byte[]> open() {
        if (producer == null) {
            var settings = new HashMap<String, Object>();
            settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
            settings.put(ProducerConfig.CLIENT_ID_CONFIG, "invoker-requests");
            settings.put(ProducerConfig.ACKS_CONFIG, "all");
            settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
            // of several to a topic that has just been made the first may be refused, and the next
            // one taken; what comes meanwhile goes together
            settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
            settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
            settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS / 2);
            settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
            producer =
                    new KafkaProducer<>(
                            settings, new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    @Override
    public synchronized void close() {
        threads.dispose();
        if (producer != null) {
            producer.close(Duration.ofSeconds(5));
            producer = null;
        }
    }
}
