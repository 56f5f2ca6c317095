package io.callbacks.deployer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Desired;
import io.callbacks.event.Limits;
import io.callbacks.event.LoadSeen;
import io.callbacks.event.Retry;
import io.callbacks.event.Scale;
import io.callbacks.event.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AutoscalerTests {
    private final AtomicLong now = new AtomicLong();
    private final Autoscaler autoscaler = new Autoscaler(Duration.ofSeconds(60), now::get);

    @Test
    void keepsWhatThereIsWhileNothingIsKnown() {
        assertThat(wanted(new Scale(1, 9, 2), 4)).isEqualTo(4);
        assertThat(wanted(new Scale(1, 3, 2), 4)).isEqualTo(3);
        assertThat(wanted(new Scale(5, 9, 2), 4)).isEqualTo(5);
    }

    @Test
    void wantsAFixedNumberWhateverThereIsToDo() {
        busy("one", 50);
        assertThat(wanted(new Scale(2, 2, 1), 1)).isEqualTo(2);
    }

    @Test
    void addsUpWhatTheInvokersSee() {
        busy("one", 3);
        busy("two", 4);
        assertThat(wanted(new Scale(1, 9, 2), 1)).isEqualTo(4);
        busy("two", 0);
        assertThat(wanted(new Scale(1, 9, 2), 1)).isEqualTo(4);
    }

    @Test
    void aimsBelowWhatAnInstanceTakesWhereNothingIsSaid() {
        busy("one", 14);
        assertThat(wanted(new Scale(1, 9, null), 1)).isEqualTo(2); // of 10 at once: 7 each
        busy("one", 15);
        assertThat(wanted(new Scale(1, 9, null), 1)).isEqualTo(3);
    }

    @Test
    void asksNoMoreOfAnInstanceThanItTakes() {
        busy("one", 30);
        assertThat(wanted(new Scale(1, 9, 25), 1)).isEqualTo(3); // of 10 at once
    }

    @Test
    void wantsFewerOnlyWhenFewerWereEnoughForAWhile() {
        var scale = new Scale(1, 9, 1);
        busy("one", 5);
        assertThat(wanted(scale, 1)).isEqualTo(5);
        for (int second = 0; second < 60; second++) {
            pass(1);
            busy("one", second == 30 ? 3 : 1);
            assertThat(wanted(scale, 5)).isEqualTo(5);
        }
        pass(1);
        busy("one", 1);
        assertThat(wanted(scale, 5)).isEqualTo(3);
        pass(60);
        busy("one", 1);
        assertThat(wanted(scale, 3)).isEqualTo(1);
    }

    @Test
    void forgetsAnInvokerThatIsGone() {
        busy("gone", 8);
        busy("one", 1);
        assertThat(wanted(new Scale(1, 9, 1), 1)).isEqualTo(9);
        for (int second = 0; second < 70; second++) {
            pass(1);
            busy("one", 1);
            wanted(new Scale(1, 9, 1), 9);
        }
        assertThat(wanted(new Scale(1, 9, 1), 9)).isEqualTo(1);
    }

    @Test
    void doesNotTakeSilenceForIdleness() {
        var scale = new Scale(1, 9, 1);
        busy("one", 5);
        wanted(scale, 1);
        pass(120);
        assertThat(wanted(scale, 5)).isEqualTo(5);
        pass(120);
        assertThat(wanted(scale, 5)).isEqualTo(1);
    }

    private void pass(int seconds) {
        now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    private void busy(String invoker, double requests) {
        autoscaler.take(new LoadSeen(1, invoker, requests, Instant.EPOCH));
    }

    private int wanted(Scale scale, int present) {
        var source = new Source(1, "python", "digest", null);
        return autoscaler.wanted(
                new CallbackSnapshot(
                        1,
                        "uid",
                        1,
                        "path",
                        "GET",
                        "python",
                        1,
                        "digest",
                        null,
                        Limits.DEFAULT,
                        scale,
                        Retry.DEFAULT,
                        List.of(),
                        1,
                        Map.of(),
                        "key",
                        false,
                        new Desired(1, true, "process", 1, 1, source)),
                present);
    }
}
