package io.callbacks.registry.invocation;

import io.callbacks.event.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Takes in what invokers tell of calls. Records may be told again, and those that tell nothing are
 * passed over.
 */
final class Told {
    private static final Pattern REPLAY = Pattern.compile("dead-letter-(\\d{1,9}-\\d{1,18})");
    private static final Duration LETTERS_KEPT =
            Housekeeping.kept(Topics.deadLetter(Topics.INVOCATION));

    private final InvocationRepository invocations;
    private final DeadLetterRepository letters;
    private final Clock clock;

    Told(InvocationRepository invocations, DeadLetterRepository letters, Clock clock) {
        this.invocations = invocations;
        this.letters = letters;
        this.clock = clock;
    }

    void result(ConsumerRecord<byte[], byte[]> record) {
        Outcome.in(record)
                .ifPresent(
                        outcome -> {
                            invocations.take(outcome);
                            completeReplay(outcome);
                        });
    }

    /** Of a letter that was published by one who could not say so any more. */
    private void completeReplay(Outcome outcome) {
        var letter = REPLAY.matcher(outcome.correlation());
        if (letter.matches()) {
            letters.replayed(RecordId.of(letter.group(1)), outcome.invocation());
        }
    }

    void letter(ConsumerRecord<byte[], byte[]> record) {
        var letter = DeadLetter.of(record);
        if (letter.failedAt().isAfter(clock.instant().minus(LETTERS_KEPT))) {
            letters.add(letter);
        }
    }
}
