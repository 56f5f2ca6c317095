package io.callbacks.registry.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.event.TriggerSeen;
import io.callbacks.event.TriggerSeen.State;
import io.callbacks.event.TriggerSeen.Trouble;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class TriggerReportsTests {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final TriggerReports reports = new TriggerReports(Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void areUnknownBeforeAnythingIsTold() {
        var seen = reports.of(7, "orders");
        assertThat(seen.state()).isEqualTo("unknown");
        assertThat(seen.invokers()).isZero();
        assertThat(seen.lastError()).isNull();
        assertThat(seen.seenAt()).isNull();
    }

    @Test
    void addUpWhatTheInvokersTell() {
        tell("one", State.RUNNING, 20);
        tell("one", State.RUNNING, 5);
        tell("two", State.RUNNING, 3);
        var seen = reports.of(7, "orders");
        assertThat(seen.invokers()).isEqualTo(2);
        assertThat(seen.lag()).isEqualTo(24);
        assertThat(seen.inFlight()).isEqualTo(4);
        assertThat(seen.completed()).isEqualTo(200);
        assertThat(seen.failed()).isEqualTo(2);
        assertThat(seen.lastError()).isEqualTo(trouble(3));
        assertThat(seen.seenAt()).isEqualTo(NOW.minusSeconds(3));
    }

    @Test
    void forgetWhoFellSilent() {
        tell("one", State.TROUBLE, 31);
        tell("two", State.RUNNING, 30);
        assertThat(reports.of(7, "orders").state()).isEqualTo("running");
        assertThat(reports.of(7, "orders").invokers()).isEqualTo(1);
    }

    @Test
    void passOverWhatComesLate() {
        tell("one", State.PAUSED, 1);
        tell("one", State.RUNNING, 9);
        assertThat(reports.of(7, "orders").state()).isEqualTo("paused");
    }

    @Test
    void tellTheWorst() {
        tell("one", State.NOT_DEPLOYED, 1);
        assertThat(reports.of(7, "orders").state()).isEqualTo("not-deployed");
        tell("two", State.RUNNING, 1);
        assertThat(reports.of(7, "orders").state()).isEqualTo("running");
        tell("three", State.TROUBLE, 1);
        assertThat(reports.of(7, "orders").state()).isEqualTo("trouble");
        assertThat(reports.of(8, "orders").state()).isEqualTo("unknown");
    }

    private void tell(String invoker, State state, long secondsAgo) {
        reports.accept(
                new TriggerSeen(
                        7,
                        "orders",
                        invoker,
                        state,
                        12,
                        2,
                        100,
                        1,
                        trouble(secondsAgo),
                        NOW.minusSeconds(secondsAgo)));
    }

    private static Trouble trouble(long secondsAgo) {
        return new Trouble("handler-raised", "KeyError", NOW.minusSeconds(secondsAgo));
    }
}
