package io.callbacks.registry.status;

import io.callbacks.service.event.EventMessages;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.messaging.Message;

@Configuration(proxyBeanMethods = false)
class StatusConfiguration {
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Signals signals() {
        return new Signals(Duration.ofMillis(500));
    }

    @Bean
    SeenRepository seenRepository(MongoTemplate store) {
        return new SeenRepository(store);
    }

    @Bean
    Targets targets(MongoTemplate store, Clock clock) {
        return new Targets(store, clock);
    }

    @Bean
    Consumer<Message<byte[]>> registryEvents(SeenRepository seen, Signals signals) {
        return EventMessages.consumer(new StatusEvents(seen, signals));
    }

    @Bean
    TriggerReports triggerReports(Clock clock) {
        return new TriggerReports(clock);
    }

    /** By a consumer of its own, in no group: every copy of the registry hears everything. */
    @Bean
    Consumer<Message<byte[]>> registryTriggers(TriggerReports reports) {
        return EventMessages.consumer(reports);
    }

    /** By a consumer of its own: a sign of life must not wait behind what much work has to tell. */
    @Bean
    Consumer<Message<byte[]>> registryTargets(Targets targets) {
        return EventMessages.consumer(targets);
    }
}
