package io.callbacks.deployer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BackoffTests {
    private final AtomicLong now = new AtomicLong();
    private final Backoff backoff = new Backoff(now::get);

    @Test
    void waitsLongerEachTimeUpToAMinute() {
        assertThat(pauseAfterFailure()).isEqualTo(0);
        assertThat(pauseAfterFailure()).isEqualTo(1);
        assertThat(pauseAfterFailure()).isEqualTo(2);
        for (int more = 0; more < 10; more++) {
            pauseAfterFailure();
        }
        assertThat(pauseAfterFailure()).isEqualTo(60);
    }

    @Test
    void doesNotTakeTheTimeOfFailuresForHealth() {
        for (int failure = 0; failure < 10; failure++) {
            pauseAfterFailure();
        }
        pass(120);
        assertThat(pauseAfterFailure()).isEqualTo(60);
    }

    @Test
    void beginsAnewAfterAHealthyMinuteButOnce() {
        pauseAfterFailure();
        pauseAfterFailure();
        backoff.started();
        pass(60);
        assertThat(pauseAfterFailure()).isEqualTo(0);
        assertThat(pauseAfterFailure()).isEqualTo(1);
        assertThat(pauseAfterFailure()).isEqualTo(2);
    }

    /** As if it were tried again at once after that pause. */
    private long pauseAfterFailure() {
        backoff.failed();
        var pause = backoff.left().toSeconds();
        pass(pause);
        return pause;
    }

    private void pass(long seconds) {
        now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }
}
