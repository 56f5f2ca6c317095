package io.callbacks.invoker.event;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.event.Topics;
import io.callbacks.invoker.delivery.Delivery;
import io.callbacks.invoker.delivery.DeliverySettings;
import io.callbacks.invoker.delivery.TransactionalCommits;
import io.callbacks.invoker.event.Invocations.Given;
import io.callbacks.invoker.gateway.Calls;
import io.callbacks.invoker.gateway.Queueing;
import io.callbacks.invoker.route.Routes;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventProperties.class)
class EventConfiguration {
    private static final String GROUP = "callbacks-invocations";

    /** Made when it is needed: where there is no such directory, small bodies do all the same. */
    @Bean
    Supplier<BlobStore> bodies(@Value("${callbacks.bodies.directory}") Path directory) {
        return SingletonSupplier.of(() -> new DirectoryBlobStore(directory));
    }

    @Bean
    HttpRecords httpRecords(Supplier<BlobStore> bodies) {
        return new HttpRecords(bodies, Clock.systemUTC());
    }

    @Bean
    Queueing httpQueue(HttpRecords requests, @Value("${callbacks.kafka}") String kafka) {
        return new HttpQueue(kafka, requests);
    }

    @Bean
    Callers callers(Calls calls, Routes routes, EventProperties properties) {
        return new Callers(calls, routes, properties.patience());
    }

    @Bean
    Invocations invocations(
            Routes routes,
            Callers callers,
            HttpRecords requests,
            Supplier<BlobStore> bodies,
            MeterRegistry metrics,
            EventProperties properties,
            @Value("${callbacks.kafka}") String kafka) {
        return new Invocations(
                routes,
                callers,
                requests,
                new ResultRecords(bodies, Clock.systemUTC()),
                new EventMetrics(metrics),
                new DoneNotes(KafkaSettings.reader(kafka)),
                properties.deduplication(),
                Clock.systemUTC());
    }

    @Bean
    EventDoor eventDoor(
            Invocations invocations,
            EventProperties properties,
            @Value("${callbacks.kafka}") String kafka,
            @Value("${callbacks.replica}") String replica) {
        var settings =
                new DeliverySettings(
                        "invocations",
                        Topics.INVOCATION,
                        KafkaSettings.member(kafka, GROUP, properties.member()),
                        false,
                        Integer.MAX_VALUE,
                        1,
                        properties.window(),
                        properties.bytes().toBytes());
        var transactions = "callbacks-invoker-" + replica;
        var delivery =
                new Delivery<Given>(
                        settings,
                        invocations,
                        () -> new TransactionalCommits(kafka, transactions),
                        Clock.systemUTC());
        invocations.deliveredBy(delivery);
        return new EventDoor(delivery);
    }
}
