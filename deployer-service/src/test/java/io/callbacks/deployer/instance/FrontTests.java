package io.callbacks.deployer.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.deployer.rollout.RunLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FrontTests implements RunLog {
    private static final Duration AT_ONCE = Duration.ofMillis(10);

    private final List<Line> lines = new ArrayList<>();
    private final Front front = new Front("1-1-x", 1, this);

    @Override
    public void write(long callbackId, Line line) {
        lines.add(line);
    }

    @Override
    public Optional<Instant> last(long callbackId) {
        return Optional.empty();
    }

    @Override
    public void remove(long callbackId) {}

    @Test
    void isReadyOnceItListens() {
        assertThat(front.isReady()).isFalse();
        front.hear("{\"event\": \"listening\", \"port\": 40123}");
        assertThat(front.isReady()).isTrue();
        assertThat(front.port()).isEqualTo(40123);
        assertThat(front.awaitReady(AT_ONCE)).isEmpty();
        assertThat(lines).isEmpty();
    }

    @Test
    void tellsWhyItNeverWillBe() {
        front.hear(
                "{\"event\": \"load-failed\", \"class\": \"KeyError\", \"message\": \"'N'\", \"package\": null}");
        front.ended("exit code 1");
        assertThat(front.awaitReady(AT_ONCE).orElseThrow().kind()).isEqualTo("KeyError");
    }

    @Test
    void tellsItsLastWordsWhereItEndsOrTakesTooLong() {
        front.hear("Killed");
        var late = front.awaitReady(AT_ONCE).orElseThrow();
        assertThat(late.kind()).isEqualTo("StartupTimeout");
        assertThat(late.logTail()).isEqualTo("Killed");
        front.ended("killed by signal 9");
        assertThat(front.awaitReady(AT_ONCE).orElseThrow().message()).contains("signal 9");
    }

    @Test
    void leavesOutWhatWasHeardBefore() {
        front.hearAfter(Instant.parse("2026-01-31T12:00:00.123Z"));
        front.hear(said("2026-01-31T12:00:00.123Z", "old"));
        front.hear(said("2026-01-31T12:00:00.124Z", "new"));
        assertThat(lines).extracting(Line::message).containsExactly("new");
    }

    private static String said(String time, String message) {
        return "{\"time\": \"%s\", \"request_id\": null, \"stream\": \"stdout\", \"message\": \"%s\"}"
                .formatted(time, message);
    }
}
