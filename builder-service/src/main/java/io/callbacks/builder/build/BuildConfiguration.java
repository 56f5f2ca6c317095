package io.callbacks.builder.build;

import io.callbacks.blob.BlobStore;
import io.callbacks.service.event.EventMessages;
import io.callbacks.service.lease.Lease;
import io.callbacks.service.outbox.Relay;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.messaging.Message;

@Configuration(proxyBeanMethods = false)
class BuildConfiguration {
    private static final Duration LEASE = Duration.ofSeconds(10);

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    JobRepository jobRepository(MongoTemplate store, Clock clock) {
        return new JobRepository(store, clock);
    }

    @Bean
    Relay<String> relay(MongoTemplate store, Replica replica, KafkaProperties kafka) {
        var lease = new Lease(store, "builder-relay", replica.replica(), LEASE);
        return new Relay<>("builder", new JobOutbox(store), lease, kafka.buildProducerProperties());
    }

    @Bean
    Builds builds(
            JobRepository jobs,
            MongoTemplate store,
            List<Sandbox> sandboxes,
            BlobStore blobs,
            BuildLogs logs,
            Relay<String> relay,
            Replica replica,
            BuilderProperties properties) {
        var installs = new Installs(new InstallRepository(store), replica.replica(), properties);
        return new Builds(
                jobs, installs, sandboxes, blobs, logs, relay, replica.replica(), properties);
    }

    @Bean
    ImageKeeping imageKeeping(
            List<Images> images, JobRepository jobs, BuilderProperties properties) {
        return new ImageKeeping(
                images.stream()
                        .map(of -> new ImageKeeper(of, jobs, properties, System::nanoTime))
                        .toList());
    }

    @Bean
    Consumer<Message<byte[]>> builderEvents(Builds builds) {
        return EventMessages.consumer(builds);
    }
}
