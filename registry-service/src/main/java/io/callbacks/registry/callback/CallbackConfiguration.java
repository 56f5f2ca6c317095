package io.callbacks.registry.callback;

import io.callbacks.blob.BlobStore;
import io.callbacks.registry.status.SeenRepository;
import io.callbacks.registry.status.Signals;
import io.callbacks.registry.status.Targets;
import io.callbacks.seal.SealKeys;
import io.callbacks.seal.Sealer;
import io.callbacks.service.outbox.Relay;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.core.MongoTemplate;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class CallbackConfiguration {
    @Bean
    CallbackRepository callbackRepository(MongoTemplate store) {
        return new CallbackRepository(store);
    }

    @Bean
    Sealer sealer(SealProperties properties) {
        return Sealer.of(SealKeys.in(properties.directory()).publicKeyset());
    }

    @Bean
    Triggers triggers(TriggerKeyProperties properties) {
        return new Triggers(Sealer.of(SealKeys.in(properties.directory()).publicKeyset()));
    }

    @Bean
    Callbacks callbacks(
            CallbackRepository repository,
            SeenRepository seen,
            Targets targets,
            BlobStore blobs,
            Sealer sealer,
            Triggers triggers,
            Relay<Long> relay,
            Clock clock,
            RegistryProperties properties) {
        return new Callbacks(
                repository, seen, targets, blobs, sealer, triggers, relay, clock, properties);
    }

    @Bean
    Management management(
            Callbacks callbacks,
            Liveness liveness,
            RegistryProperties properties,
            JsonMapper json) {
        return new Management(callbacks, liveness, properties, json);
    }

    @Bean
    Liveness liveness(SeenRepository seen, Signals signals, RegistryProperties properties) {
        return new Liveness(seen, signals, properties);
    }
}
