package io.callbacks.invoker.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.event.Event;
import io.callbacks.event.Trigger;
import io.callbacks.event.TriggerSeen;
import io.callbacks.event.TriggerSeen.State;
import io.callbacks.event.TriggerSeen.Trouble;
import io.callbacks.invoker.delivery.Delivery;
import io.callbacks.invoker.delivery.DeliverySettings;
import io.callbacks.invoker.delivery.Handler;
import io.callbacks.invoker.delivery.Outcome;
import io.callbacks.invoker.delivery.PlainCommits;
import io.callbacks.invoker.event.KafkaSettings;
import io.callbacks.invoker.route.Target;
import io.callbacks.invoker.testing.Broker;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.HandClock;
import io.callbacks.invoker.testing.InMemoryRoutes;
import io.callbacks.invoker.testing.OnBroker;
import io.callbacks.invoker.testing.Targets;
import io.callbacks.invoker.trigger.TriggerHandler.Given;
import io.callbacks.seal.SealException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against a real broker. A trigger is shown as {@code callback/name}. */
@ExtendWith(OnBroker.class)
class TriggersTests {
    private final Broker broker;
    private final String topic;
    private final String group = "g-" + UUID.randomUUID();
    private final HandClock clock = new HandClock(Delivered.AT);
    private final InMemoryRoutes routes = new InMemoryRoutes();
    private final List<String> begun = new CopyOnWriteArrayList<>();
    private final List<String> consuming = new CopyOnWriteArrayList<>();
    private final Map<String, RuntimeException> faults = new ConcurrentHashMap<>();
    private final Map<String, TriggerSeen> seen = new ConcurrentHashMap<>();
    private volatile Consumer<Event> reports = this::note;
    private volatile CompletableFuture<Outcome> work =
            CompletableFuture.completedFuture(Outcome.NOTHING);
    private final Triggers triggers =
            new Triggers(routes, this::run, it -> reports.accept(it), "me", clock);

    TriggersTests(Broker broker) {
        this.broker = broker;
        this.topic = broker.newTopic(1);
    }

    @AfterEach
    void stop() {
        triggers.stop();
    }

    private RunningTrigger run(Target target, Trigger trigger) {
        var name = target.callbackId() + "/" + trigger.name();
        var fault = faults.get(name);
        if (fault != null) {
            throw fault;
        }
        begun.add(name);
        var tally = new Tally(clock);
        var settings =
                new DeliverySettings(
                        name,
                        trigger.topic(),
                        KafkaSettings.member(broker.servers(), trigger.group(), ""),
                        false,
                        trigger.concurrency(),
                        1,
                        100,
                        1 << 20);
        var delivery =
                new Delivery<Given>(
                        settings,
                        new Working(tally),
                        () -> new PlainCommits(new Consuming(name)),
                        clock);
        return new RunningTrigger(target.callbackId(), target.uid(), trigger, delivery, tally);
    }

    /** Takes any record, and is done with it when the work is. */
    private final class Working implements Handler<Given> {
        private final Tally tally;

        Working(Tally tally) {
            this.tally = tally;
        }

        @Override
        public Given read(ConsumerRecord<byte[], byte[]> delivered) {
            return new Given.Passed();
        }

        @Override
        public CompletionStage<Outcome> handle(List<Given> batch) {
            return work.whenComplete((_, _) -> tally.completed(batch.size()));
        }
    }

    /** Made and closed with a consumer. */
    private final class Consuming implements PlainCommits.Senders {
        private final String name;

        Consuming(String name) {
            this.name = name;
            consuming.add(name);
        }

        @Override
        public Producer<byte[], byte[]> of(String topic) {
            throw new AssertionError("there is nothing to send here");
        }

        @Override
        public void close() {
            consuming.remove(name);
        }
    }

    private void note(Event event) {
        var it = (TriggerSeen) event;
        seen.put(it.callbackId() + "/" + it.trigger(), it);
    }

    private Trigger trigger(String name, String from, int concurrency) {
        return new Trigger(
                name,
                from,
                group + name,
                Trigger.Start.EARLIEST,
                concurrency,
                1,
                Trigger.Filter.NONE,
                null,
                null,
                false);
    }

    private Trigger trigger(String name) {
        return trigger(name, topic, 1);
    }

    private static Targets callback(long id, Trigger... triggers) {
        return Targets.of(id, "POST", "x" + id).triggers(triggers);
    }

    private void route(Targets... callbacks) {
        routes.set(Stream.of(callbacks).map(Targets::target).toArray(Target[]::new));
    }

    private void start(Targets... callbacks) {
        route(callbacks);
        triggers.start();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    private void consumes(String... expected) {
        soon().untilAsserted(() -> assertThat(consuming).containsExactlyInAnyOrder(expected));
    }

    private void commits(long offset) {
        soon().untilAsserted(
                        () ->
                                assertThat(broker.committed(group + "orders", topic, 0))
                                        .hasValue(offset));
    }

    /** Of the first trigger of the first callback. */
    private void reports(
            State state, long lag, int inFlight, long completed, @Nullable Trouble last) {
        var expected =
                new TriggerSeen(
                        1, "orders", "me", state, lag, inFlight, completed, 0, last, Delivered.AT);
        soon().untilAsserted(() -> assertThat(seen).containsEntry("1/orders", expected));
    }

    @Test
    void beginsThoseOfCallbacksThatAreDeployed() {
        start(
                callback(1, trigger("orders"), trigger("returns")),
                callback(2, trigger("orders")).off(),
                callback(3));
        consumes("1/orders", "1/returns");
        assertThat(begun).hasSize(2);
    }

    @Test
    void beginsThoseOfACallbackThatIsDeployedLater() {
        start(callback(1, trigger("orders")).off());
        reports(State.NOT_DEPLOYED, 0, 0, 0, null);
        assertThat(begun).isEmpty();
        route(callback(1, trigger("orders")));
        consumes("1/orders");
    }

    @Test
    void endsThoseOfACallbackThatIsUndeployed() {
        start(callback(1, trigger("orders")), callback(2, trigger("returns")));
        consumes("1/orders", "2/returns");
        route(callback(1, trigger("orders")).off(), callback(2, trigger("returns")));
        consumes("2/returns");
        reports(State.NOT_DEPLOYED, 0, 0, 0, null);
        assertThat(begun).hasSize(2);
    }

    @Test
    void endsThoseOfACallbackThatIsDeleted() {
        start(callback(1, trigger("orders")));
        consumes("1/orders");
        route();
        consumes();
    }

    @Test
    void endsWhatTheCallbackHasNoLonger() {
        start(callback(1, trigger("orders"), trigger("returns")));
        consumes("1/orders", "1/returns");
        route(callback(1, trigger("returns")));
        consumes("1/returns");
        assertThat(begun).hasSize(2);
    }

    @Test
    void beginsAnewWhatIsChangedAndNothingElse() {
        start(callback(1, trigger("orders"), trigger("returns")));
        consumes("1/orders", "1/returns");
        begun.clear();
        route(callback(1, trigger("orders", topic, 2), trigger("returns")).generation(2));
        soon().until(() -> begun.equals(List.of("1/orders")));
        consumes("1/orders", "1/returns");
    }

    @Test
    void restsAndGoesOnWithoutBeginningAnew() {
        broker.send(topic, "a1");
        start(callback(1, trigger("orders")));
        commits(1);
        route(callback(1, trigger("orders").paused(true)));
        reports(State.PAUSED, 0, 0, 1, null);
        broker.send(topic, "a2");
        reports(State.PAUSED, 1, 0, 1, null);
        route(callback(1, trigger("orders")));
        commits(2);
        assertThat(begun).containsExactly("1/orders");
    }

    @Test
    void takesNothingWhereItRestsFromTheStart() {
        broker.send(topic, "a1", "a2");
        start(callback(1, trigger("orders").paused(true)));
        reports(State.PAUSED, 2, 0, 0, null);
    }

    @Test
    void reportsHowFarItIs() {
        work = new CompletableFuture<>();
        broker.send(topic, "a1", "b1", "c1");
        start(callback(1, trigger("orders", topic, 2)));
        reports(State.RUNNING, 3, 2, 0, null);
        work.complete(Outcome.NOTHING);
        reports(State.RUNNING, 0, 0, 3, null);
    }

    @Test
    void reportsWhyItCannotConsumeUntilItCan() {
        var later = "later-" + UUID.randomUUID();
        var trouble =
                new Trouble("cannot-consume", "there is no topic '" + later + "'", Delivered.AT);
        start(callback(1, trigger("orders", later, 1)));
        reports(State.TROUBLE, 0, 0, 0, trouble);
        broker.create(later, 1);
        reports(State.RUNNING, 0, 0, 0, trouble);
    }

    static Stream<RuntimeException> faults() {
        return Stream.of(
                new KafkaException("no such protocol"),
                new SealException("cannot open it", null),
                new IllegalStateException("a fault"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void reportsWhyItCannotBeginAndTriesAgain(RuntimeException fault) {
        faults.put("1/orders", fault);
        start(callback(1, trigger("orders")));
        var reason = String.valueOf(fault.getMessage());
        reports(State.TROUBLE, 0, 0, 0, new Trouble("cannot-consume", reason, Delivered.AT));
        faults.clear();
        consumes("1/orders");
        reports(State.RUNNING, 0, 0, 0, null);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void beginsAllOthersWhereOneCannotBegin(RuntimeException fault) {
        faults.put("2/orders", fault);
        start(
                callback(1, trigger("orders")),
                callback(2, trigger("orders"), trigger("returns")),
                callback(3, trigger("orders")));
        consumes("1/orders", "2/returns", "3/orders");
        soon().until(() -> seen.size() == 4);
    }

    @Test
    void goesOnWhereItCannotReport() {
        reports =
                _ -> {
                    reports = this::note;
                    throw new IllegalStateException("a fault");
                };
        start(callback(1, trigger("orders")));
        reports(State.RUNNING, 0, 0, 0, null);
        route();
        consumes();
    }

    @Test
    void endsAllWhenItStops() {
        start(callback(1, trigger("orders"), trigger("returns")));
        consumes("1/orders", "1/returns");
        triggers.stop();
        assertThat(consuming).isEmpty();
        assertThat(triggers.isRunning()).isFalse();
    }
}
