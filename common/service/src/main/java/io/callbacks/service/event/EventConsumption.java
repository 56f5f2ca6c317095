package io.callbacks.service.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Topics;
import io.callbacks.event.UndecodableEventException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
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
@EnableConfigurationProperties(EventConsumption.TopicSettings.class)
public class EventConsumption {
    static final String DEAD_LETTER_REASON = "callbacks-dlt-reason";

    /** What came in as the largest record there may be, with headers of ours. */
    private static final int LARGEST_RECORD = 2 * 1024 * 1024;

    /** Kafka deletes segments, not records: what is old goes late by one of so many at most. */
    private static final int SEGMENTS = 6;

    /** Below the poll interval of five minutes, so that a consumer never loses its partitions. */
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /**
     * How topics are made.
     *
     * @param partitions of those of calls and commands, 1 or more
     * @param flush whether a record is on the broker's disk before it is acknowledged: for a broker
     *     that has nobody to replicate to
     */
    @ConfigurationProperties("callbacks.events")
    record TopicSettings(
            @DefaultValue("" + Topics.PARTITIONS) int partitions,
            @DefaultValue("false") boolean flush) {}

    @Bean
    KafkaAdmin.NewTopics callbacksTopics(TopicSettings settings) {
        var topics = new ArrayList<NewTopic>();
        for (var name : Topics.ALL) {
            topics.add(topic(name, settings));
            topics.add(made(Topics.deadLetter(name), Topics.PARTITIONS, settings).build());
        }
        Topics.OPEN.forEach((name, kept) -> topics.add(topic(name, kept, settings)));
        return new KafkaAdmin.NewTopics(topics.toArray(NewTopic[]::new));
    }

    private static NewTopic topic(String name, TopicSettings settings) {
        var topic = made(name, Topics.PARTITIONS, settings);
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

    private static NewTopic topic(String name, Duration kept, TopicSettings settings) {
        var partitions = name.equals(Topics.INVOCATION_DONE) ? 1 : settings.partitions();
        var topic =
                made(name, partitions, settings)
                        .config("retention.ms", Long.toString(kept.toMillis()))
                        .config("segment.ms", Long.toString(kept.toMillis() / SEGMENTS));
        if (Topics.GIVEN.contains(name)) { // whatever time their producers say it is
            topic.config("message.timestamp.type", "LogAppendTime");
        } else {
            topic.config("max.message.bytes", Integer.toString(LARGEST_RECORD));
        }
        return topic.build();
    }

    private static TopicBuilder made(String name, int partitions, TopicSettings settings) {
        var topic = TopicBuilder.name(name).partitions(partitions);
        if (settings.flush() && !Topics.EXPENDABLE.contains(name)) {
            topic.config("flush.messages", "1");
        }
        return topic;
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
        var settings = new HashMap<>(producers.getConfigurationProperties());
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_RECORD);
        var bytes =
                new KafkaTemplate<byte[], byte[]>(
                        new DefaultKafkaProducerFactory<>(
                                settings, new ByteArraySerializer(), new ByteArraySerializer()));
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
