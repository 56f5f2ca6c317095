package io.callbacks.service.event;

import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.Event;
import io.callbacks.event.Topics;
import io.callbacks.testing.JavaProcess;
import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.messaging.Message;

/** A service that does nothing but listen to builds. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(
        excludeName = {
            "org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration",
            "org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration"
        })
@Import(EventConsumption.class)
class ListeningService {
    private static final int DIED = 3;

    /** What is done with an event. */
    interface Handler extends Consumer<Event> {}

    @Bean
    Consumer<Message<byte[]>> testEvents(Handler handler) {
        return EventMessages.consumer(handler);
    }

    /** Starts one copy of the service named {@code group}. */
    static ConfigurableApplicationContext start(String kafka, String group, Handler handler) {
        return new SpringApplicationBuilder(ListeningService.class)
                .web(WebApplicationType.NONE)
                .initializers(context -> register(handler, (GenericApplicationContext) context))
                .properties(
                        "spring.config.name=callbacks-service",
                        "spring.application.name=" + group,
                        "spring.cloud.function.definition=testEvents",
                        "spring.cloud.stream.bindings.testEvents-in-0.destination=" + Topics.BUILD,
                        "spring.cloud.stream.bindings.testEvents-in-0.group=" + group)
                .run(
                        "--callbacks.kafka=" + kafka,
                        "--spring.kafka.consumer.properties.session.timeout.ms=6000",
                        "--management.endpoint.health.group.readiness.include=events");
    }

    private static void register(Handler handler, GenericApplicationContext context) {
        context.registerBean(Handler.class, () -> handler);
    }

    /** A copy that dies of the build it is told, which is handled by then, but not committed. */
    public static void main(String[] args) {
        start(args[0], args[1], event -> dieOf(event, args[2]));
    }

    private static void dieOf(Event event, String uid) {
        if (((BuildStarted) event).build().uid().equals(uid)) {
            Runtime.getRuntime().halt(DIED);
        }
    }

    /** Starts {@link #main} as a process and tells whether it has died of the build. */
    static boolean dies(String kafka, String group, String uid) throws InterruptedException {
        try (var process = JavaProcess.start(ListeningService.class, kafka, group, uid)) {
            return process.exitCode(Duration.ofMinutes(2)) == DIED;
        }
    }
}
