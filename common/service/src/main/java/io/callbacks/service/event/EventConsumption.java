package io.callbacks.service.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Topics;
import io.callbacks.event.UndecodableEventException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.cloud.stream.config.ListenerContainerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer.HeaderNames.HeadersToAdd;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.RecordInterceptor;
import org.springframework.kafka.support.LoggingProducerListener;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * How a service consumes events: on virtual threads, in order per key, at least once. A record that
 * cannot be decoded goes to the dead-letter topic with the reason in the header {@value
 * #DEAD_LETTER_REASON}; every other failure is trouble of ours and tried again without end.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventConsumption.OpenTopics.class)
public class EventConsumption {
    static final String DEAD_LETTER_REASON = "callbacks-dlt-reason";

    /** Below the poll interval of five minutes, so that a consumer never loses its partitions. */
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /**
     * What is particular to the topics of calls and commands.
     *
     * @param partitions how many they get when they are made, 1 or more
     */
    @ConfigurationProperties("callbacks.events")
    record OpenTopics(@DefaultValue("" + Topics.PARTITIONS) int partitions) {}

    @Bean
    KafkaAdmin.NewTopics callbacksTopics(OpenTopics open) {
        var topics = new ArrayList<NewTopic>();
        for (var name : Topics.ALL) {
            topics.add(topic(name));
            topics.add(
                    TopicBuilder.name(Topics.deadLetter(name))
                            .partitions(Topics.PARTITIONS)
                            .build());
        }
        Topics.OPEN.forEach(
                (name, kept) ->
                        topics.add(
                                TopicBuilder.name(name)
                                        .partitions(open.partitions())
                                        .config("retention.ms", Long.toString(kept.toMillis()))
                                        .build()));
        return new KafkaAdmin.NewTopics(topics.toArray(NewTopic[]::new));
    }

    private static NewTopic topic(String name) {
        var topic = TopicBuilder.name(name).partitions(Topics.PARTITIONS);
        if (Topics.COMPACTED.contains(name)) {
            topic.compact()
                    .config("min.cleanable.dirty.ratio", "0.1")
                    .config("segment.ms", "3600000");
        }
        if (Topics.SHORT_LIVED.contains(name)) {
            topic.config("retention.ms", "600000").config("segment.ms", "600000");
        }
        return topic.build();
    }

    /** Named for the readiness group, where it is {@code events}. */
    @Bean("eventsHealthIndicator")
    FailingRecords failingRecords(MeterRegistry metrics) {
        return new FailingRecords(metrics);
    }

    @Bean
    CommonErrorHandler eventErrors(ProducerFactory<?, ?> producers, FailingRecords failing) {
        var backOff = new ExponentialBackOff(200, 2);
        backOff.setMaxInterval(LONGEST_PAUSE_MILLIS);
        var errors = new DefaultErrorHandler(deadLetters(producers), backOff);
        errors.setClassifications(Map.of(UndecodableEventException.class, false), true);
        errors.setSeekAfterError(false);
        errors.setLogLevel(KafkaException.Level.DEBUG);
        errors.setRetryListeners(failing);
        return errors;
    }

    private static DeadLetterPublishingRecoverer deadLetters(ProducerFactory<?, ?> producers) {
        var bytes =
                new KafkaTemplate<byte[], byte[]>(
                        new DefaultKafkaProducerFactory<>(
                                producers.getConfigurationProperties(),
                                new ByteArraySerializer(),
                                new ByteArraySerializer()));
        var silent = new LoggingProducerListener<byte[], byte[]>();
        silent.setIncludeContents(false); // which may be secret
        bytes.setProducerListener(silent);
        var deadLetters =
                new DeadLetterPublishingRecoverer(
                        bytes,
                        (event, _) ->
                                new TopicPartition(
                                        Topics.deadLetter(event.topic()), event.partition()));
        deadLetters.excludeHeader(HeadersToAdd.EX_STACKTRACE);
        deadLetters.addHeadersFunction((_, error) -> reason(error));
        return deadLetters;
    }

    private static Headers reason(Throwable error) {
        var cause = error;
        while (cause.getCause() != null && !(cause instanceof UndecodableEventException)) {
            cause = cause.getCause();
        }
        return new RecordHeaders()
                .add(DEAD_LETTER_REASON, String.valueOf(cause.getMessage()).getBytes(UTF_8));
    }

    @Bean
    ListenerContainerCustomizer<AbstractMessageListenerContainer<?, ?>> eventContainers(
            CommonErrorHandler errors, FailingRecords failing) {
        return (container, _, group) -> {
            var threads = new SimpleAsyncTaskExecutor(group + "-events-");
            threads.setVirtualThreads(true);
            container.getContainerProperties().setListenerTaskExecutor(threads);
            container.setCommonErrorHandler(errors);
            container.setRecordInterceptor(new Handled<>(failing));
        };
    }

    private record Handled<K, V>(FailingRecords failing) implements RecordInterceptor<K, V> {
        @Override
        public ConsumerRecord<K, V> intercept(ConsumerRecord<K, V> event, Consumer<K, V> consumer) {
            return event;
        }

        @Override
        public void success(ConsumerRecord<K, V> event, Consumer<K, V> consumer) {
            failing.handled(event);
        }
    }
}
