package io.callbacks.invoker.trigger;

import io.callbacks.event.Trigger;
import io.callbacks.invoker.delivery.Delivery;
import io.callbacks.invoker.delivery.DeliverySettings;
import io.callbacks.invoker.delivery.PlainCommits;
import io.callbacks.invoker.event.Callers;
import io.callbacks.invoker.event.KafkaSettings;
import io.callbacks.invoker.report.Reports;
import io.callbacks.invoker.route.Routes;
import io.callbacks.invoker.route.Target;
import io.callbacks.invoker.trigger.TriggerHandler.Given;
import io.callbacks.seal.Opener;
import io.callbacks.seal.SealKeys;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

@Configuration(proxyBeanMethods = false)
class TriggerConfiguration {
    private static final int WINDOW = 10_000;
    private static final long BYTES = 8L * 1024 * 1024;
    private static final int MOST_IN_A_BATCH = 500;

    @Bean
    Triggers triggers(
            Routes routes,
            Callers callers,
            Reports reports,
            @Value("${callbacks.kafka}") String kafka,
            @Value("${callbacks.trigger-keys.directory}") Path keys) {
        var opener = SingletonSupplier.of(() -> Opener.of(SealKeys.in(keys).privateKeyset()));
        var cluster = new Cluster(kafka, opener);
        var invoker = UUID.randomUUID().toString();
        return new Triggers(
                routes,
                (target, trigger) -> run(target, trigger, routes, callers, cluster, kafka),
                reports::accept,
                invoker,
                Clock.systemUTC());
    }

    private static RunningTrigger run(
            Target target,
            Trigger trigger,
            Routes routes,
            Callers callers,
            Cluster cluster,
            String kafka) {
        var id = target.callbackId();
        var tally = new Tally(Clock.systemUTC());
        var security = cluster.security(target.uid(), trigger);
        var servers = cluster.servers(trigger);
        var consumer = new HashMap<>(KafkaSettings.member(servers, trigger.group(), ""));
        consumer.putAll(security);
        var theirs = new HashMap<>(security);
        theirs.put("bootstrap.servers", servers);
        var settings =
                new DeliverySettings(
                        "trigger-" + id + "-" + trigger.name(),
                        trigger.topic(),
                        consumer,
                        trigger.start() == Trigger.Start.LATEST,
                        trigger.concurrency(),
                        Math.min(trigger.batch(), MOST_IN_A_BATCH),
                        WINDOW,
                        BYTES);
        var delivery =
                new Delivery<Given>(
                        settings,
                        new TriggerHandler(id, trigger, routes, callers, tally, Clock.systemUTC()),
                        () ->
                                new PlainCommits(
                                        new TriggerSenders(
                                                Map.of("bootstrap.servers", kafka), theirs)),
                        Clock.systemUTC());
        return new RunningTrigger(id, target.uid(), trigger, delivery, tally);
    }
}
