package io.callbacks.invoker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.delivery.Handler.Former;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.HandClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DoneEventsTests {
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private static final long END = 100;
    private static final Former FORMER = new Former(Optional.empty(), END);

    private final HandClock clock = new HandClock(Delivered.AT);
    private final DoneEvents events = new DoneEvents(3, MEMORY, FORMER, clock);

    private static EventId id(int number) {
        return new EventId(number, -number);
    }

    @Test
    void takesAnEventOnce() {
        assertThat(events.isNew(id(1), END)).isTrue();
        assertThat(events.isNew(id(1), END)).isFalse();
        assertThat(events.isNew(id(2), END)).isTrue();
    }

    @Test
    void remembersForAtLeastSoLong() {
        for (int minute = 0; minute < 100; minute++) {
            assertThat(events.isNew(id(minute), END)).isTrue();
            for (int earlier = Math.max(0, minute - 10); earlier < minute; earlier++) {
                assertThat(events.isNew(id(earlier), END))
                        .as("%d at %d", earlier, minute)
                        .isFalse();
            }
            clock.advance(Duration.ofMinutes(1));
        }
    }

    @Test
    void forgetsNotMuchLaterWhereEventsKeepComing() {
        assertThat(events.isNew(id(0), END)).isTrue();
        for (int minute = 1; minute <= 16; minute++) {
            clock.advance(Duration.ofMinutes(1));
            assertThat(events.isNew(id(minute), END)).isTrue();
        }
        assertThat(events.isNew(id(0), END)).isTrue();
        assertThat(events.isNew(id(8), END)).isFalse();
    }

    @Test
    void remembersWhatWasNotedForSoLongFromNow() {
        events.noted(id(1), clock.millis());
        for (int minute = 10; minute <= 20; minute++) {
            assertThat(events.isNew(id(1), END)).isFalse();
            assertThat(events.isNew(id(minute), END)).isTrue();
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(events.isNew(id(1), END)).isTrue();
    }

    @Test
    void remembersWhatWasNotedLongEnoughToReadItAgain() {
        var brief = new DoneEvents(3, Duration.ofSeconds(1), FORMER, clock);
        brief.noted(id(1), clock.millis());
        clock.advance(Duration.ofMinutes(1));
        assertThat(brief.isNew(id(1), END)).isFalse();
    }

    @Test
    void remembersWhatWasNotedUntilAllIsReadAgain() {
        events.noted(id(1), clock.millis());
        clock.advance(Duration.ofHours(3));
        assertThat(events.isNew(id(2), END - 2)).isTrue();
        assertThat(events.isNew(id(1), END - 1)).isFalse();
        assertThat(events.isNew(id(1), END)).isTrue();
    }

    @Test
    void takesNoNotesOfWhatCannotComeAgain() {
        var since = clock.instant().minus(Duration.ofHours(1)).toEpochMilli();
        var late = new DoneEvents(3, MEMORY, new Former(Optional.of(since), END), clock);
        late.noted(id(1), since - 1);
        late.noted(id(2), since);
        assertThat(late.isNew(id(1), 0)).isTrue();
        assertThat(late.isNew(id(2), 0)).isFalse();
    }

    @Test
    void notesInOnePartitionWhoseEventItWas() {
        var note = events.note(id(1));
        assertThat(note.topic()).isEqualTo("callbacks.invocation-done");
        assertThat(note.partition()).isZero();
        assertThat(DoneEvents.partition(note.key())).isEqualTo(3);
        assertThat(EventId.of(note.value())).isEqualTo(id(1));
    }
}
