package io.callbacks.registry.command;

import io.callbacks.registry.callback.Management;
import io.callbacks.registry.outbox.Replica;
import io.callbacks.service.event.RawRecords;
import io.callbacks.service.lease.Lease;
import io.callbacks.service.outbox.Relay;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.messaging.Message;

@Configuration(proxyBeanMethods = false)
class CommandConfiguration {
    private static final Duration LEASE = Duration.ofSeconds(10);

    @Bean
    CommandRepository commandRepository(MongoTemplate store) {
        return new CommandRepository(store);
    }

    @Bean
    Relay<String> commandRelay(MongoTemplate store, Replica replica, KafkaProperties kafka) {
        var name = "registry-commands";
        var lease = new Lease(store, name + "-relay", replica.replica(), LEASE);
        return new Relay<>(name, new CommandOutbox(store), lease, kafka.buildProducerProperties());
    }

    @Bean
    Waits commandWaits(
            CommandRepository repository, Management management, Relay<String> relay, Clock clock) {
        return new Waits(repository, management, relay, clock);
    }

    @Bean
    Consumer<Message<byte[]>> registryCommands(
            CommandRepository repository,
            Management management,
            Waits waits,
            Relay<String> relay,
            Clock clock) {
        return RawRecords.consumer(new Commands(repository, management, waits, relay, clock));
    }
}
