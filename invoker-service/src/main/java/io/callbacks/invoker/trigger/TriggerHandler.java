package io.callbacks.invoker.trigger;

import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.event.Trigger;
import io.callbacks.invoker.delivery.Handler;
import io.callbacks.invoker.delivery.Outcome;
import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.event.Callers;
import io.callbacks.invoker.event.Calling;
import io.callbacks.invoker.event.DeadLetter;
import io.callbacks.invoker.event.Ending;
import io.callbacks.invoker.event.Ending.Completed;
import io.callbacks.invoker.event.Ending.Failed;
import io.callbacks.invoker.event.HandlerEvent;
import io.callbacks.invoker.event.NewRecord;
import io.callbacks.invoker.event.Order;
import io.callbacks.invoker.gateway.Sendable;
import io.callbacks.invoker.route.Routes;
import io.callbacks.invoker.trigger.TriggerHandler.Given;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls a callback with the records of a topic. */
final class TriggerHandler implements Handler<Given> {
    private static final Logger log = LoggerFactory.getLogger(TriggerHandler.class);

    /** What an instance takes at once, and room for what JSON adds. */
    private static final long LARGEST_BATCH = 3 * 1024 * 1024;

    private static final int NO_CONTENT = 204;

    private static final DeadLetter NOT_TAKEN =
            new DeadLetter(
                    "output-not-taken",
                    "The output topic does not take what the handler answered: too large, or not allowed.",
                    1,
                    OptionalLong.empty(),
                    null);

    private final long callbackId;
    private final Trigger trigger;
    private final Routes routes;
    private final Callers callers;
    private final Tally tally;
    private final Clock clock;
    private final Set<Batch> open = ConcurrentHashMap.newKeySet();

    TriggerHandler(
            long callbackId,
            Trigger trigger,
            Routes routes,
            Callers callers,
            Tally tally,
            Clock clock) {
        this.callbackId = callbackId;
        this.trigger = trigger;
        this.routes = routes;
        this.callers = callers;
        this.tally = tally;
        this.clock = clock;
    }

    /** A record as it was understood. */
    sealed interface Given {
        /** It is for the handler. */
        record Wanted(HandlerEvent event, long size) implements Given {}

        /** It is not. */
        record Passed() implements Given {}

        /** It is not what it says. */
        record Invalid(ConsumerRecord<byte[], byte[]> delivered, String reason) implements Given {}
    }

    @Override
    public Given read(ConsumerRecord<byte[], byte[]> delivered) {
        try {
            var event = TriggerRecords.read(delivered);
            return TriggerRecords.passes(trigger.filter(), event.event())
                    ? new Given.Wanted(event, Math.max(0, delivered.serializedValueSize()))
                    : new Given.Passed();
        } catch (InvalidCloudEventException e) {
            return new Given.Invalid(delivered, Objects.requireNonNull(e.getMessage()));
        } catch (RuntimeException e) { // a fault of ours must not hold up all others
            log.error(
                    "Could not read a record: callback={} trigger={} partition={} offset={}",
                    callbackId,
                    trigger.name(),
                    delivered.partition(),
                    delivered.offset(),
                    e);
            return new Given.Invalid(delivered, "it cannot be read; the invoker's log says why.");
        }
    }

    @Override
    public CompletionStage<Outcome> handle(List<Given> given) {
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
        var wanted = new ArrayList<Given.Wanted>();
        for (var one : given) {
            switch (one) {
                case Given.Passed _ -> {}
                case Given.Wanted it -> wanted.add(it);
                case Given.Invalid(var delivered, var reason) -> {
                    var invalid = DeadLetter.invalid(reason).by(callbackId, trigger.name());
                    tally.failed(1, invalid.problem(), reason);
                    records.add(invalid.letter(delivered));
                }
            }
        }
        CompletionStage<Outcome> all = CompletableFuture.completedFuture(new Outcome(records));
        var batches = batches(wanted);
        open.addAll(batches);
        for (var batch : batches) {
            all = all.thenCompose(batch::carryOut);
        }
        return all;
    }

    private List<Batch> batches(List<Given.Wanted> wanted) {
        var batches = new ArrayList<Batch>();
        var batch = new ArrayList<HandlerEvent>();
        long size = 0;
        for (var one : wanted) {
            if (!batch.isEmpty() && size + one.size() > LARGEST_BATCH) {
                batches.add(new Batch(List.copyOf(batch)));
                batch.clear();
                size = 0;
            }
            batch.add(one.event());
            size += one.size();
        }
        if (!batch.isEmpty()) {
            batches.add(new Batch(List.copyOf(batch)));
        }
        return batches;
    }

    @Override
    public void revoked(TopicPartition partition) {
        for (var batch : open) {
            if (batch.first().partition() == partition.partition()) {
                batch.calling.abandon();
            }
        }
    }

    /** Records that go to the handler in one call. */
    private final class Batch implements Order {
        private final List<HandlerEvent> events;
        private final Calling calling;

        Batch(List<HandlerEvent> events) {
            this.events = events;
            this.calling = callers.patient(this);
        }

        CompletionStage<Outcome> carryOut(Outcome before) {
            return calling.begin()
                    .thenApply(
                            ending -> {
                                open.remove(this);
                                return with(before, ending);
                            });
        }

        private Outcome with(Outcome before, Ending ending) {
            var records = new ArrayList<>(before.records());
            var instead = new ArrayList<>(before.instead());
            switch (ending) {
                case Completed it -> {
                    tally.completed(events.size());
                    answer(it)
                            .ifPresent(
                                    answer -> {
                                        records.add(answer);
                                        instead.addAll(letters(NOT_TAKEN));
                                    });
                }
                case Failed it -> {
                    tally.failed(events.size(), it.problem(), it.reason());
                    var letters = letters(DeadLetter.of(it));
                    records.addAll(letters);
                    instead.addAll(letters);
                }
                case Ending.Cancelled _ -> {}
            }
            return new Outcome(records, trigger.output() == null ? List.of() : instead);
        }

        private List<ProducerRecord<byte[], byte[]>> letters(DeadLetter why) {
            var letter = why.by(callbackId, trigger.name());
            return events.stream().map(event -> letter.letter(event.delivered())).toList();
        }

        /** What it answered, for the output topic; an answer without content is none. */
        private Optional<ProducerRecord<byte[], byte[]>> answer(Completed it) {
            var output = trigger.output();
            if (output == null || it.answer().status() == NO_CONTENT) {
                return Optional.empty();
            }
            var record =
                    new NewRecord(output, null, first().key(), it.answer().body())
                            .add("ce_specversion", "1.0")
                            .add("ce_id", id())
                            .add("ce_source", "/callbacks/" + callbackId)
                            .add("ce_type", "io.callbacks.answer")
                            .add("ce_time", clock.instant().toString())
                            .add("ce_correlationid", events.getFirst().event().id())
                            .add("ce_statuscode", Integer.toString(it.answer().status()));
            it.answer().contentType().ifPresent(type -> record.add("content-type", type));
            return Optional.of(record.done());
        }

        private ConsumerRecord<byte[], byte[]> first() {
            return events.getFirst().delivered();
        }

        private String id() {
            return trigger.name() + "-" + first().partition() + "-" + first().offset();
        }

        @Override
        public Optional<Callee> callee() {
            return routes.current()
                    .flatMap(table -> table.target(callbackId))
                    .map(target -> new Callee(target, Map.of()));
        }

        @Override
        public String subject() {
            return "callback " + callbackId;
        }

        @Override
        public Sendable toSend(Callee callee, int attempt) {
            var json =
                    trigger.batch() == 1
                            ? events.getFirst().json(id(), attempt)
                            : HandlerEvent.json(events, id(), attempt);
            return Sendable.event(id(), json);
        }
    }
}
