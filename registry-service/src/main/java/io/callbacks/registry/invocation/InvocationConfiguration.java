package io.callbacks.registry.invocation;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.event.Topics;
import io.callbacks.registry.status.SeenRepository;
import io.callbacks.service.event.RawRecords;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.messaging.Message;

@Configuration(proxyBeanMethods = false)
class InvocationConfiguration {
    /** How long a cancellation is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Named in registry.yml. */
    @Bean
    RawRecords rawRecords() {
        return new RawRecords();
    }

    @Bean
    InvocationRepository invocationRepository(MongoTemplate store, Clock clock) {
        return new InvocationRepository(store, clock);
    }

    @Bean
    DeadLetterRepository deadLetterRepository(MongoTemplate store) {
        return new DeadLetterRepository(store);
    }

    @Bean
    Told told(InvocationRepository invocations, DeadLetterRepository letters, Clock clock) {
        return new Told(invocations, letters, clock);
    }

    @Bean
    Consumer<Message<byte[]>> registryInvocations(Told told) {
        return RawRecords.consumer(told::result);
    }

    @Bean
    Consumer<Message<byte[]>> registryDeadLetters(Told told) {
        return RawRecords.consumer(told::letter);
    }

    @Bean
    Bodies bodies(BodiesProperties properties) {
        return new Bodies(new DirectoryBlobStore(properties.directory().toAbsolutePath()));
    }

    @Bean
    InvocationTopic invocationTopic(KafkaProperties kafka) {
        return new InvocationTopic(kafka.buildProducerProperties());
    }

    @Bean
    Admin readersAdmin(KafkaProperties kafka) {
        return Admin.create(kafka.buildAdminProperties());
    }

    @Bean
    TopicReader callReader(Admin readersAdmin, KafkaProperties kafka) {
        return new TopicReader(Topics.INVOCATION, readersAdmin, kafka.buildConsumerProperties());
    }

    @Bean
    TopicReader resultReader(Admin readersAdmin, KafkaProperties kafka) {
        return new TopicReader(
                Topics.INVOCATION_RESULT, readersAdmin, kafka.buildConsumerProperties());
    }

    @Bean
    TopicReader letterReader(Admin readersAdmin, KafkaProperties kafka) {
        return new TopicReader(
                Topics.deadLetter(Topics.INVOCATION),
                readersAdmin,
                kafka.buildConsumerProperties());
    }

    @Bean
    Invocations invocations(
            InvocationRepository repository,
            TopicReader callReader,
            TopicReader resultReader,
            InvocationTopic topic,
            Bodies bodies,
            SeenRepository seen,
            Clock clock) {
        return new Invocations(
                repository, callReader, resultReader, topic, bodies, seen, clock, PATIENCE);
    }

    @Bean
    DeadLetters deadLetters(
            DeadLetterRepository repository,
            TopicReader letterReader,
            InvocationTopic topic,
            Bodies bodies,
            Clock clock) {
        return new DeadLetters(repository, letterReader, topic, bodies, clock);
    }

    @Bean
    Housekeeping housekeeping(
            InvocationRepository invocations,
            DeadLetterRepository letters,
            Bodies bodies,
            Clock clock,
            InvocationProperties properties) {
        return new Housekeeping(
                invocations, letters, bodies, clock, properties.invocationRetention());
    }
}
