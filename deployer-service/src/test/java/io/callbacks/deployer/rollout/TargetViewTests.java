package io.callbacks.deployer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.deployer.rollout.Platform.Availability;
import io.callbacks.event.TargetSeen;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TargetViewTests {
    private final AtomicLong now = new AtomicLong();
    private Availability availability = new Availability(true, null, List.of("python3.11"));
    private final TargetView view =
            new TargetView("docker", () -> availability, Clock.systemUTC(), now::get);

    @Test
    void tellsAtASteadyPace() {
        assertThat(view.look()).get().extracting(TargetSeen::target).isEqualTo("docker");
        assertThat(after(TargetView.EVERY.minusMillis(1))).isEmpty();
        assertThat(after(Duration.ofMillis(1))).isPresent();
    }

    @Test
    void tellsAtOnceThatItIsThere() {
        is(false, "install it");
        assertThat(view.look()).get().matches(seen -> !seen.available());
        assertThat(after(Duration.ofSeconds(1))).isEmpty();
        is(true, null);
        assertThat(after(Duration.ofSeconds(1))).get().matches(TargetSeen::available);
    }

    @Test
    void staysAvailableWhileItIsAwayForAMoment() {
        view.look();
        is(false, "it does not answer");
        var away = after(TargetView.EVERY).orElseThrow();
        assertThat(away.available()).isTrue();
        assertThat(away.reason()).isEqualTo("it does not answer");
        is(true, null);
        assertThat(after(Duration.ofSeconds(1)))
                .get()
                .matches(seen -> seen.available() && seen.reason() == null);
    }

    @Test
    void isNotAvailableWhenItStaysAway() {
        view.look();
        is(false, "it does not answer");
        after(TargetView.EVERY);
        var gone = after(TargetView.GRACE.minus(TargetView.EVERY)).orElseThrow();
        assertThat(gone.available()).isFalse();
        assertThat(gone.reason()).isEqualTo("it does not answer");
    }

    @Test
    void tellsAgainWhatWasNotHeard() {
        view.look();
        view.untold();
        assertThat(after(Duration.ofSeconds(1))).isPresent();
    }

    private void is(boolean available, @Nullable String reason) {
        availability = new Availability(available, reason, availability.runtimes());
    }

    private Optional<TargetSeen> after(Duration time) {
        now.addAndGet(time.toNanos());
        return view.look();
    }
}
