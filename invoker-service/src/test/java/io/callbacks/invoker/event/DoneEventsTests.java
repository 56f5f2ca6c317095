package io.callbacks.invoker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.HandClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DoneEventsTests {
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private final HandClock clock = new HandClock(Delivered.AT);
    private final DoneEvents events = new DoneEvents(3, MEMORY, clock);

    private static EventId id(int number) {
        return new EventId(number, -number);
    }

    @Test
    void takesAnEventOnce() {
        assertThat(events.isNew(id(1))).isTrue();
        assertThat(events.isNew(id(1))).isFalse();
        assertThat(events.isNew(id(2))).isTrue();
    }

    @Test
    void remembersForAtLeastSoLong() {
        for (int minute = 0; minute < 100; minute++) {
            assertThat(events.isNew(id(minute))).isTrue();
            for (int earlier = Math.max(0, minute - 10); earlier < minute; earlier++) {
                assertThat(events.isNew(id(earlier))).as("%d at %d", earlier, minute).isFalse();
            }
            clock.advance(Duration.ofMinutes(1));
        }
    }

    @Test
    void forgetsNotMuchLaterWhereEventsKeepComing() {
        assertThat(events.isNew(id(0))).isTrue();
        for (int minute = 1; minute <= 16; minute++) {
            clock.advance(Duration.ofMinutes(1));
            assertThat(events.isNew(id(minute))).isTrue();
        }
        assertThat(events.isNew(id(0))).isTrue();
        assertThat(events.isNew(id(8))).isFalse();
    }

    @Test
    void remembersWhatWasNotedForSoLongFromNow() {
        events.noted(id(1));
        for (int minute = 10; minute <= 20; minute++) {
            assertThat(events.isNew(id(1))).isFalse();
            assertThat(events.isNew(id(minute))).isTrue();
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(events.isNew(id(1))).isTrue();
    }

    @Test
    void remembersWhatWasNotedLongEnoughToReadItAgain() {
        var brief = new DoneEvents(3, Duration.ofSeconds(1), clock);
        brief.noted(id(1));
        clock.advance(Duration.ofMinutes(1));
        assertThat(brief.isNew(id(1))).isFalse();
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
