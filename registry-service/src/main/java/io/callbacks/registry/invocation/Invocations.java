package io.callbacks.registry.invocation;

import io.callbacks.event.Topics;
import io.callbacks.registry.invocation.Invocation.State;
import io.callbacks.registry.invocation.InvocationException.InvocationBegun;
import io.callbacks.registry.invocation.InvocationException.InvocationCancelled;
import io.callbacks.registry.invocation.InvocationException.InvocationFailed;
import io.callbacks.registry.invocation.InvocationException.InvocationNotEnded;
import io.callbacks.registry.invocation.InvocationException.InvocationNotReplayable;
import io.callbacks.registry.invocation.InvocationException.ResultGone;
import io.callbacks.registry.invocation.InvocationException.RevisionNotServing;
import io.callbacks.registry.invocation.InvocationException.UnknownInvocation;
import io.callbacks.registry.status.Seen;
import io.callbacks.registry.status.SeenRepository;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with calls that are asked after. What was told of a call is in the store; the
 * call itself, and what the function answered, stay in Kafka and are read there.
 */
final class Invocations {
    private static final Duration KEPT = Housekeeping.kept(Topics.INVOCATION);

    private final InvocationRepository repository;
    private final TopicReader calls;
    private final TopicReader results;
    private final InvocationTopic topic;
    private final Bodies bodies;
    private final SeenRepository seen;
    private final Clock clock;
    private final Duration patience;

    /**
     * @param patience how long a cancellation may take to be settled
     */
    Invocations(
            InvocationRepository repository,
            TopicReader calls,
            TopicReader results,
            InvocationTopic topic,
            Bodies bodies,
            SeenRepository seen,
            Clock clock,
            Duration patience) {
        this.repository = repository;
        this.calls = calls;
        this.results = results;
        this.topic = topic;
        this.bodies = bodies;
        this.seen = seen;
        this.clock = clock;
        this.patience = patience;
    }

    // --- reading

    /** As it is now. */
    InvocationView read(RecordId id) {
        var told = told(id);
        var call = call(id);
        if (told.isEmpty()) {
            return InvocationView.queued(
                    id, call.filter(this::isRecent).orElseThrow(() -> new UnknownInvocation(id)));
        }
        var known = told.get();
        var acceptedAt = call.map(Call::acceptedAt).orElse(null);
        return switch (known.state()) {
            case QUEUED, RUNNING, CANCELLED -> InvocationView.of(known, acceptedAt, null, null);
            case COMPLETED ->
                    InvocationView.of(known, acceptedAt, Result.of(known, end(known)), null);
            case FAILED ->
                    InvocationView.of(known, acceptedAt, null, Failure.of(end(known)).problem());
        };
    }

    /** What the function answered. */
    Result result(RecordId id) {
        var known = told(id).orElseThrow(() -> notEnded(id));
        return switch (known.state()) {
            case QUEUED, RUNNING -> throw new InvocationNotEnded(id, known.state().toString());
            case CANCELLED -> throw new InvocationCancelled(id);
            case FAILED -> throw new InvocationFailed(id, Failure.of(end(known)).sentence());
            case COMPLETED -> {
                var result = Result.of(known, end(known));
                if (result.body() == null) {
                    throw new ResultGone(id);
                }
                yield result;
            }
        };
    }

    private RuntimeException notEnded(RecordId id) {
        return call(id).filter(this::isRecent).isPresent()
                ? new InvocationNotEnded(id, State.QUEUED.toString())
                : new UnknownInvocation(id);
    }

    private Optional<Invocation> told(RecordId id) {
        var told = repository.find(id);
        if (told.filter(Invocation::isExpired).isPresent()) {
            throw new UnknownInvocation(id);
        }
        return told;
    }

    private Optional<Call> call(RecordId id) {
        return calls.at(id).flatMap(Call::in).filter(Call::isTracked);
    }

    /** Of an older one it is not known any more what came of it, even if its record is left. */
    private boolean isRecent(Call call) {
        return call.acceptedAt().isAfter(clock.instant().minus(KEPT));
    }

    /** The record that told of the end, and its body; empty if they are not kept any more. */
    private Optional<End> end(Invocation ended) {
        return results.at(ended.result())
                .flatMap(record -> bodies.of(record).map(body -> new End(record, body)));
    }

    // --- cancelling

    /**
     * Has a call cancelled that has not begun; waits until that is settled, but not for ever.
     *
     * @return as it is then: cancelled, or queued if nothing is settled
     * @throws InvocationBegun if it has begun
     */
    InvocationView cancel(RecordId id) {
        if (told(id).isEmpty()) {
            var call = call(id).filter(this::isRecent).orElseThrow(() -> new UnknownInvocation(id));
            order(id, call);
            repository.await(id, _ -> true, patience);
        }
        var view = read(id);
        return switch (view.state()) {
            case QUEUED, CANCELLED -> view;
            case RUNNING, COMPLETED, FAILED ->
                    throw new InvocationBegun(id, view.state().toString());
        };
    }

    private void order(RecordId id, Call call) {
        try {
            topic.publish(call.order("cancel-invocation", UUID.randomUUID().toString()));
        } catch (InvocationTopic.TooLargeException e) {
            throw new IllegalStateException("an order is not large: " + id, e);
        }
    }

    // --- calling again

    /**
     * Calls once more with the same bytes, for as long as Kafka has them.
     *
     * @param revision the only one that may answer; null for whichever serves
     */
    RecordId replay(RecordId id, @Nullable Integer revision) {
        var call = call(id).orElseThrow(() -> new UnknownInvocation(id));
        var attributes = new HashMap<>(Map.of("replayof", id.toString()));
        attributes.put("id", UUID.randomUUID().toString());
        attributes.put("track", "true");
        if (revision != null) {
            requireServing(id, call, revision);
            attributes.put("revision", revision.toString());
        }
        if (!bodies.keep(call.record())) {
            throw new InvocationNotReplayable(id, "its body is not kept any more.");
        }
        try {
            return topic.publish(call.copy(attributes));
        } catch (InvocationTopic.TooLargeException e) {
            throw new InvocationNotReplayable(
                    id, "with what is added to say so it is too large for Kafka.");
        }
    }

    private void requireServing(RecordId id, Call call, int revision) {
        var callback =
                call.callbackId()
                        .or(() -> repository.find(id).map(Invocation::callbackId))
                        .orElseThrow(
                                () ->
                                        new RevisionNotServing(
                                                revision,
                                                "nor is it known yet which callback was called"));
        var serving =
                Optional.ofNullable(seen.of(List.of(callback)).get(callback)).map(Seen::serving);
        if (serving.filter(s -> s.revision() == revision).isEmpty()) {
            throw new RevisionNotServing(
                    revision,
                    serving.map(s -> "callback %d serves %d".formatted(callback, s.revision()))
                            .orElse("callback " + callback + " serves none"));
        }
    }
}
