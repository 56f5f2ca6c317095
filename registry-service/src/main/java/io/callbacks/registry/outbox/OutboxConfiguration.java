package io.callbacks.registry.outbox;

import io.callbacks.service.lease.Lease;
import io.callbacks.service.outbox.Relay;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.core.MongoTemplate;

@Configuration(proxyBeanMethods = false)
class OutboxConfiguration {
    private static final Duration LEASE = Duration.ofSeconds(10);

    @Bean
    Relay<Long> relay(MongoTemplate store, Replica replica, KafkaProperties kafka) {
        var lease = new Lease(store, "registry-relay", replica.replica(), LEASE);
        return new Relay<>(
                "registry", new CallbackOutbox(store), lease, kafka.buildProducerProperties());
    }

    @Bean
    Republisher republisher(MongoTemplate store, Clock clock) {
        return new Republisher(store, clock);
    }
}
