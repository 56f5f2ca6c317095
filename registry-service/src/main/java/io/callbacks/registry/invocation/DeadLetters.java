package io.callbacks.registry.invocation;

import io.callbacks.cloudevent.KafkaRecordEvent;
import io.callbacks.registry.invocation.InvocationException.EventsUnavailable;
import io.callbacks.registry.invocation.InvocationException.LetterInReplay;
import io.callbacks.registry.invocation.InvocationException.LetterNotReplayable;
import io.callbacks.registry.invocation.InvocationException.UnknownLetter;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be done with dead letters.
 *
 * <p>One is claimed before it is sent again, and taken off the list once Kafka has it. Who dies in
 * between leaves it on the list, and after a minute it can be replayed once more: as the same
 * event, which whoever calls functions takes once. What is told of such a call completes the replay
 * too.
 */
final class DeadLetters {
    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);
    private static final int BATCH = 200;

    private final DeadLetterRepository repository;
    private final TopicReader letters;
    private final InvocationTopic topic;
    private final Bodies bodies;
    private final Clock clock;

    DeadLetters(
            DeadLetterRepository repository,
            TopicReader letters,
            InvocationTopic topic,
            Bodies bodies,
            Clock clock) {
        this.repository = repository;
        this.letters = letters;
        this.topic = topic;
        this.bodies = bodies;
        this.clock = clock;
    }

    // --- reading

    List<DeadLetter> list(DeadLetterRequest request, int limit) {
        return repository.before(request.cursor(), request.callbackId(), limit);
    }

    /** One that is listed, and what it holds. */
    DeadLetterView read(RecordId id) {
        var letter = repository.find(id).filter(DeadLetter::open);
        var record = letter.flatMap(_ -> letters.at(id));
        if (letter.isEmpty() || record.isEmpty()) {
            throw new UnknownLetter(id);
        }
        return DeadLetterView.of(letter.get(), record.get(), bodies.of(record.get()));
    }

    // --- sending again

    /** Sends one again; one that was sent again already has become an invocation then. */
    RecordId replay(RecordId id) {
        var letter = repository.find(id).orElseThrow(() -> new UnknownLetter(id));
        return letter.replayedAs() == null ? replay(letter) : RecordId.of(letter.replayedAs());
    }

    private RecordId replay(DeadLetter letter) {
        var id = letter.recordId();
        var record = letters.at(id).orElseThrow(() -> new UnknownLetter(id));
        var call = call(letter, record);
        if (!bodies.keep(record)) {
            throw new LetterNotReplayable(id, "its body is not kept any more.");
        }
        var now = clock.instant();
        if (letter.isClaimed(now) || !repository.claim(letter, now)) {
            throw new LetterInReplay(id);
        }
        var invocation = publish(letter, call);
        repository.replayed(id, invocation);
        log.info("Replayed dead letter: letter={} invocation={}", id, invocation);
        return invocation;
    }

    private RecordId publish(DeadLetter letter, Call call) {
        try {
            return topic.publish(call.copy(attributes(letter)));
        } catch (InvocationTopic.TooLargeException e) {
            repository.release(letter);
            throw new LetterNotReplayable(
                    letter.recordId(), "with what is added to say so it is too large for Kafka.");
        } catch (EventsUnavailable e) {
            repository.release(letter);
            throw e;
        }
    }

    private static Map<String, String> attributes(DeadLetter letter) {
        var attributes = new HashMap<>(Map.of("id", letter.eventId(), "track", "true"));
        if (letter.partition() != null && letter.offset() != null) {
            attributes.put("replayof", letter.invocation());
        }
        if (letter.trigger() != null) {
            attributes.put("subject", String.valueOf(letter.callbackId()));
        }
        return attributes;
    }

    private static Call call(DeadLetter letter, ConsumerRecord<byte[], byte[]> record) {
        var id = letter.recordId();
        if (letter.problem().equals(DeadLetter.INVALID)) {
            throw new LetterNotReplayable(
                    id, "it is no event that could be understood; send a valid one.");
        }
        if (DeadLetter.isTruncated(record)) {
            throw new LetterNotReplayable(
                    id, "it was too large to be kept; what it held is only where it came from.");
        }
        if (letter.trigger() == null) {
            return Call.in(record)
                    .orElseThrow(() -> new LetterNotReplayable(id, "it is no CloudEvent."));
        }
        if (letter.callbackId() == null) {
            throw new LetterNotReplayable(id, "it does not say for which callback it was.");
        }
        return Call.in(record).orElseGet(() -> foreign(letter, record));
    }

    private static Call foreign(DeadLetter letter, ConsumerRecord<byte[], byte[]> record) {
        var topic = letter.topic();
        var partition = letter.partition();
        var offset = letter.offset();
        if (topic == null || partition == null || offset == null) {
            throw new LetterNotReplayable(letter.recordId(), "it does not say where it came from.");
        }
        var event =
                KafkaRecordEvent.of(
                        topic,
                        new RecordId(partition, offset).toString(),
                        DeadLetter.sentAt(record).orElse(null),
                        RecordHeaders.text(record, "content-type").orElse(null),
                        record.value());
        return new Call(record, event);
    }

    /**
     * Sends all again that are listed now, the earliest first; those that cannot be stay listed.
     *
     * @return how many were sent
     */
    int replayAll(@Nullable Long callbackId) {
        var latest = repository.before(null, callbackId, 1);
        if (latest.isEmpty()) {
            return 0;
        }
        var replayed = 0;
        var position = "";
        while (true) {
            var batch = repository.after(position, latest.getFirst().position(), callbackId, BATCH);
            for (var letter : batch) {
                replayed += replayedIfPossible(letter).isPresent() ? 1 : 0;
            }
            if (batch.size() < BATCH) {
                return replayed;
            }
            position = batch.getLast().position();
        }
    }

    private Optional<RecordId> replayedIfPossible(DeadLetter letter) {
        try {
            return Optional.of(replay(letter));
        } catch (LetterNotReplayable | LetterInReplay | UnknownLetter e) {
            log.debug("Dead letter stays: reason={}", e.getMessage());
            return Optional.empty();
        }
    }
}
