package io.callbacks.registry.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.event.TargetSeen;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.mongodb.core.MongoTemplate;

class TargetsTests {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir private Path directory;
    private final Hand clock = new Hand();
    private EmbeddedStore store;
    private MongoClient client;
    private Targets targets;

    @BeforeEach
    void begin() {
        store = EmbeddedStore.start(directory.resolve("store"));
        client = MongoClients.create(store.uri());
        targets = new Targets(new MongoTemplate(client, "registry"), clock);
    }

    @AfterEach
    void end() {
        client.close();
        store.close();
    }

    @Test
    void areWhatTheDeployerTells() {
        tell(true, null);
        assertThat(targets.named("docker").available()).isTrue();
        tell(false, "install it");
        assertThat(targets.named("docker").reason()).isEqualTo("install it");
    }

    @Test
    void areNotAvailableBeforeAnythingIsTold() {
        assertThat(targets.named("docker").available()).isFalse();
        assertThat(targets.named("docker").reason()).contains("see that deployer-service runs");
        assertThat(targets.all()).extracting(Target::name).isEqualTo(Targets.NAMES);
    }

    @Test
    void stayAvailableWhileTheDeployerMayBeReplaced() {
        tell(true, null);
        clock.now = BEGIN.plus(Targets.SILENCE).plusSeconds(5);
        assertThat(targets.named("docker").available()).isTrue();
        assertThat(targets.named("docker").reason()).contains("not been heard from for 35 s");
        clock.now = BEGIN.plus(Targets.PATIENCE);
        assertThat(targets.named("docker").available()).isFalse();
        assertThat(targets.named("docker").reason()).contains("see that deployer-service runs");
    }

    @Test
    void doNotBecomeAvailableBySilence() {
        tell(false, "install it");
        clock.now = BEGIN.plus(Targets.SILENCE).plusSeconds(5);
        assertThat(targets.named("docker").available()).isFalse();
        assertThat(targets.named("docker").reason()).isEqualTo("install it");
    }

    private void tell(boolean available, @Nullable String reason) {
        targets.accept(new TargetSeen("docker", available, reason, List.of(), clock.now));
    }

    /** A clock that is set by hand. */
    private static final class Hand extends Clock {
        private Instant now = BEGIN;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
