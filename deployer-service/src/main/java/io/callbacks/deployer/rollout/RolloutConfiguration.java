package io.callbacks.deployer.rollout;

import io.callbacks.seal.Opener;
import io.callbacks.seal.SealKeys;
import io.callbacks.service.event.EventMessages;
import io.callbacks.service.lease.Lease;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.cloud.stream.binding.BindingsLifecycleController;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.messaging.Message;

@Configuration(proxyBeanMethods = false)
class RolloutConfiguration {
    /**
     * Which copy of the deployer this is.
     *
     * @param replica unlike any other running one
     */
    @ConfigurationProperties("callbacks")
    record Replica(String replica) {}

    /**
     * Where the keys are that env is opened with.
     *
     * @param directory made with new keys if there is none
     */
    @ConfigurationProperties("callbacks.seal")
    record Seal(Path directory) {}

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    DeploymentRepository deploymentRepository(MongoTemplate store) {
        return new DeploymentRepository(store);
    }

    @Bean
    Lease lease(MongoTemplate store, Replica replica, DeployerProperties properties) {
        return new Lease(store, "deployer", replica.replica(), properties.lease());
    }

    @Bean
    InstanceTokens instanceTokens(Seal seal) {
        return InstanceTokens.in(seal.directory());
    }

    @Bean
    Deployer deployer(
            DeploymentRepository repository,
            List<Platform> platforms,
            InstanceTokens tokens,
            Lease lease,
            Seal seal,
            RunLog runLog,
            KafkaProperties kafka,
            ObjectProvider<BindingsLifecycleController> bindings,
            Clock clock,
            DeployerProperties properties) {
        var announcer = new Announcer(kafka.buildProducerProperties(), lease, clock);
        var autoscaler = new Autoscaler(properties.scaleDownAfter(), System::nanoTime);
        var context =
                new RolloutContext(
                        repository,
                        platforms.stream()
                                .collect(Collectors.toMap(Platform::name, Function.identity())),
                        new InstanceControl(),
                        tokens,
                        announcer,
                        Opener.of(SealKeys.in(seal.directory()).privateKeyset()),
                        runLog,
                        new Starts(properties.starts()),
                        new Drains(),
                        autoscaler,
                        System::nanoTime);
        return new Deployer(
                repository,
                new Rollouts(context),
                autoscaler,
                announcer,
                lease,
                platforms,
                new EventIntake(bindings::getObject),
                clock);
    }

    /** Named for the readiness group, where it is {@code deployer}. */
    @Bean
    HealthIndicator deployerHealthIndicator(Deployer deployer) {
        return () -> (deployer.isSettled() ? Health.up() : Health.down()).build();
    }

    @Bean
    Consumer<Message<byte[]>> deployerEvents(Deployer deployer) {
        return EventMessages.consumer(deployer);
    }
}
