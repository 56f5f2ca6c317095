package io.callbacks.invoker.event;

import static java.util.Objects.requireNonNull;

import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.CloudEventReader;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.cloudevent.JsonData;
import io.callbacks.invoker.delivery.Delivery;
import io.callbacks.invoker.delivery.Handler;
import io.callbacks.invoker.delivery.Outcome;
import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.event.Invocations.Given;
import io.callbacks.invoker.gateway.Sendable;
import io.callbacks.invoker.route.Routes;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes calls of the events on the invocation topic, each once as far as that can be had. */
final class Invocations implements Handler<Given> {
    private static final Logger log = LoggerFactory.getLogger(Invocations.class);
    private static final Executor BLOCKING = Executors.newVirtualThreadPerTaskExecutor();

    private final Routes routes;
    private final Callers callers;
    private final HttpRecords requests;
    private final ResultRecords results;
    private final EventMetrics metrics;
    private final DoneNotes notes;
    private final Duration memory;
    private final Clock clock;
    private final Map<Integer, DoneEvents> done = new ConcurrentHashMap<>();
    private final Map<String, Call> open = new ConcurrentHashMap<>();
    private @Nullable Delivery<Given> delivery;

    /**
     * @param memory how long an event's id is remembered; zero: not at all
     */
    Invocations(
            Routes routes,
            Callers callers,
            HttpRecords requests,
            ResultRecords results,
            EventMetrics metrics,
            DoneNotes notes,
            Duration memory,
            Clock clock) {
        this.routes = routes;
        this.callers = callers;
        this.requests = requests;
        this.results = results;
        this.metrics = metrics;
        this.notes = notes;
        this.memory = memory;
        this.clock = clock;
    }

    /** Says where progress is published. */
    void deliveredBy(Delivery<Given> by) {
        delivery = by;
    }

    /** A record as it was understood. */
    sealed interface Given {
        /**
         * No event, or none that can be carried out.
         *
         * @param asked the event, where somebody may ask what came of it
         */
        record Invalid(
                ConsumerRecord<byte[], byte[]> delivered, Optional<CloudEvent> asked, String reason)
                implements Given {}

        /** A record that was there already. */
        record Repeated() implements Given {}

        /** Calls another one off, if it is heeded. */
        record Cancel(ConsumerRecord<byte[], byte[]> delivered, CloudEvent event, boolean heeded)
                implements Given {}

        /** A call. */
        record ToCall(Call call) implements Given {}
    }

    @Override
    public Given read(ConsumerRecord<byte[], byte[]> delivered) {
        var asked = Optional.<CloudEvent>empty();
        try {
            var headers = Texts.of(delivered.headers());
            var event = CloudEventReader.read(headers, delivered.value());
            asked = Optional.of(event).filter(Invocations::isTracked);
            return event.type().equals("cancel-invocation")
                    ? new Given.Cancel(delivered, event, cancel(event))
                    : call(delivered, event, headers.get(HttpRecords.HEADER));
        } catch (InvalidCloudEventException e) {
            return invalid(delivered, asked, requireNonNull(e.getMessage()));
        } catch (RuntimeException e) { // a fault of ours must not hold up all others
            log.error("Could not read an event: at={}", InvocationId.of(delivered), e);
            return invalid(delivered, asked, "it cannot be read; the invoker's log says why.");
        }
    }

    /** It may be done, and read again since something before it is not. */
    private Given invalid(
            ConsumerRecord<byte[], byte[]> delivered, Optional<CloudEvent> asked, String reason) {
        return isNew(delivered, EventId.at(delivered))
                ? new Given.Invalid(delivered, asked, reason)
                : new Given.Repeated();
    }

    private boolean isNew(ConsumerRecord<byte[], byte[]> delivered, EventId id) {
        var seen = done.get(delivered.partition());
        return seen == null || seen.isNew(id, delivered.offset());
    }

    private boolean cancel(CloudEvent event) {
        var call = event.subject().map(open::get);
        return call.isPresent() && call.get().cancel();
    }

    private Given call(
            ConsumerRecord<byte[], byte[]> delivered, CloudEvent event, byte @Nullable [] http) {
        var isRequest = event.type().equals(HttpRecords.TYPE);
        if (isRequest) {
            requests.check(http);
        } else {
            JsonData.check(event);
        }
        var call =
                new Call(
                        delivered, event, subject(event), revision(event), isRequest ? http : null);
        if (!isNew(delivered, EventId.of(event))) {
            return new Given.Repeated();
        }
        open.put(call.id, call);
        return new Given.ToCall(call);
    }

    private static CallSubject subject(CloudEvent event) {
        var subject =
                event.subject()
                        .orElseThrow(
                                () ->
                                        new InvalidCloudEventException(
                                                "attribute 'subject' is missing; name the callback by its number, or by method and path: POST shop/items/7."));
        return CallSubject.parse(subject)
                .orElseThrow(
                        () ->
                                new InvalidCloudEventException(
                                        "subject is neither the number of a callback nor a method and a path: 7, or POST shop/items/7."));
    }

    private static Optional<Integer> revision(CloudEvent event) {
        var revision = event.extension("revision");
        if (revision.isPresent() && !revision.get().matches("[1-9][0-9]{0,8}")) {
            throw new InvalidCloudEventException(
                    "extension 'revision' is no number of a revision.");
        }
        return revision.map(Integer::valueOf);
    }

    @Override
    public CompletionStage<Outcome> handle(List<Given> batch) {
        return switch (batch.getFirst()) {
            case Given.Repeated _ -> {
                metrics.repeated();
                yield now(List.of());
            }
            case Given.Invalid(var delivered, var asked, var reason) -> {
                metrics.invalid();
                var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
                var letter = DeadLetter.invalid(reason);
                records.add(letter.letter(delivered));
                asked.map(it -> results.invalid(delivered, it, letter.problem(), reason))
                        .ifPresent(records::add);
                note(delivered, EventId.at(delivered)).ifPresent(records::add);
                yield now(records);
            }
            case Given.Cancel(var delivered, var event, var heeded) ->
                    now(
                            heeded
                                    ? List.of()
                                    : List.of(
                                            results.notCancelled(
                                                    delivered, event, event.subject().orElse(""))));
            case Given.ToCall(var call) -> call.carryOut();
        };
    }

    private static boolean isTracked(CloudEvent event) {
        return event.extension("track").filter("true"::equals).isPresent();
    }

    private Optional<ProducerRecord<byte[], byte[]>> note(
            ConsumerRecord<byte[], byte[]> delivered, EventId id) {
        return Optional.ofNullable(done.get(delivered.partition())).map(seen -> seen.note(id));
    }

    private static CompletionStage<Outcome> now(List<ProducerRecord<byte[], byte[]>> records) {
        return CompletableFuture.completedFuture(new Outcome(records));
    }

    @Override
    public void assigned(Map<TopicPartition, Former> partitions) {
        if (memory.isZero() || partitions.isEmpty()) {
            return;
        }
        var fresh = new HashMap<Integer, DoneEvents>();
        partitions.forEach(
                (it, former) ->
                        fresh.put(
                                it.partition(),
                                new DoneEvents(it.partition(), memory, former, clock)));
        notes.tell(fresh);
        done.putAll(fresh);
    }

    @Override
    public void revoked(TopicPartition partition) {
        done.remove(partition.partition());
        for (var call : open.values()) {
            if (call.delivered.partition() == partition.partition()) {
                open.remove(call.id, call);
                call.calling.abandon();
            }
        }
    }

    /** A call that is to be made, or under way. */
    final class Call implements Order {
        private final ConsumerRecord<byte[], byte[]> delivered;
        private final CloudEvent event;
        private final CallSubject subject;
        private final Optional<Integer> revision;
        private final byte @Nullable [] http;
        private final String id;
        private final Calling calling;

        private Call(
                ConsumerRecord<byte[], byte[]> delivered,
                CloudEvent event,
                CallSubject subject,
                Optional<Integer> revision,
                byte @Nullable [] http) {
            this.delivered = delivered;
            this.event = event;
            this.subject = subject;
            this.revision = revision;
            this.http = http;
            this.id = InvocationId.of(delivered);
            this.calling = callers.of(this);
        }

        private boolean cancel() {
            return calling.cancel();
        }

        private CompletionStage<Outcome> carryOut() {
            return calling.begin().thenApplyAsync(this::outcome, BLOCKING);
        }

        private Outcome outcome(Ending ending) {
            open.remove(id, this);
            try {
                return kept(ending);
            } catch (UncheckedIOException e) { // large, and the bodies store does not take it
                log.error("A result cannot be kept: invocation={}", id, e);
                return kept(
                        new Ending.Failed(
                                "result-not-kept",
                                "The answer is large, and the bodies store does not take it: "
                                        + e.getMessage(),
                                ending instanceof Ending.Completed it ? it.tries() : 0,
                                callee(),
                                Optional.empty()));
            }
        }

        private Outcome kept(Ending ending) {
            var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
            records.add(results.of(delivered, event, ending));
            metrics.ended(ending);
            if (ending instanceof Ending.Failed failed) {
                records.add(DeadLetter.of(failed).letter(delivered));
            }
            note(delivered, EventId.of(event)).ifPresent(records::add);
            return new Outcome(records);
        }

        @Override
        public Optional<Callee> callee() {
            return routes.current().flatMap(subject::find);
        }

        @Override
        public String subject() {
            return subject.toString();
        }

        @Override
        public Sendable toSend(Callee callee, int attempt) {
            if (event.type().equals(HttpRecords.TYPE)) {
                return requests.read(event, http, callee.target().callbackId()).toSend();
            }
            var given = new HandlerEvent(delivered, event, callee.parameters());
            return Sendable.event(id, given.json(id, attempt));
        }

        @Override
        public Optional<String> obstacle(Callee callee) {
            var serving = callee.target().route().map(route -> route.revision());
            return revision.filter(wanted -> !serving.equals(Optional.of(wanted)))
                    .map(
                            wanted ->
                                    "Revision %d of callback %d does not serve; deploy it."
                                            .formatted(wanted, callee.target().callbackId()));
        }

        @Override
        public void begins(Callee callee, int attempt) {
            var by = delivery;
            if (by != null && isTracked(event)) {
                var callbackId = callee.target().callbackId();
                by.publish(results.started(delivered, event, callbackId, attempt));
            }
        }
    }
}
