package io.callbacks.builder.docker;

import static io.callbacks.builder.docker.Docker.docker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.builder.testing.Snapshots;
import io.callbacks.builder.testing.Surroundings;
import io.callbacks.event.BuildEvent.BuildFailed;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Layer;
import io.callbacks.service.installation.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole builder and the engine of this machine. */
@ExtendWith(NeedsDocker.class)
class DockerBuildsIT {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final String CODE = "def handler(event, context): return 1";

    @TempDir static Path directory;
    private static Surroundings surroundings;
    private static ConfigurableApplicationContext builder;
    private static String installation;

    @BeforeAll
    static void start() {
        surroundings = new Surroundings(directory);
        builder = surroundings.builder("one");
        installation = builder.getBean(Installation.class).id();
    }

    @AfterAll
    static void stop() {
        builder.close();
        surroundings.close();
        Docker.removeAllOf(installation);
    }

    @Test
    void installsOnceForAllWhoAskForTheSame() {
        for (long id = 1; id <= 3; id++) {
            surroundings.publish(snapshot(id, 1, "six==1.16.0"));
        }
        var all = List.of(succeeded(1, 1), succeeded(2, 1), succeeded(3, 1));
        assertThat(all)
                .extracting(build -> build.layers().getFirst().digest())
                .hasSize(3)
                .containsOnly(all.getFirst().layers().getFirst().digest());
        assertThat(all).filteredOn(build -> !build.cached()).hasSize(1);
        assertThat(all)
                .allSatisfy(
                        build ->
                                assertThat(build.layers())
                                        .extracting(Layer::role)
                                        .containsExactly(Layer.Role.DEPS, Layer.Role.CODE));
        assertThat(all)
                .extracting(BuildSucceeded::image)
                .doesNotContainNull()
                .doesNotHaveDuplicates();
    }

    @Test
    void buildsAgainWhatWasRemovedByHand() {
        surroundings.publish(snapshot(4, 1, null));
        var image = image(4, 1);
        docker("image", "rm", image);
        assertThat(image(4, 2)).isEqualTo(image);
        assertThat(docker("image", "ls", "--quiet", image)).isNotBlank();
    }

    @Test
    void removesTheImageOfADeletedCallback() {
        var snapshot = snapshot(5, 1, null);
        surroundings.publish(snapshot);
        var image = image(5, 1);
        surroundings.publish(snapshot(5, 2, null, true));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(docker("image", "ls", "--quiet", image)).isBlank());
    }

    @Test
    void saysWhatNothingRuns() {
        var source = surroundings.source(1, "python2.7", CODE, null);
        surroundings.publish(Snapshots.of(6, 1, "docker", source, false));
        await().atMost(LONG)
                .until(() -> surroundings.heard(BuildFailed.class, 6), list -> !list.isEmpty());
        var failure = surroundings.heard(BuildFailed.class, 6).getFirst().error();
        assertThat(failure.kind()).isEqualTo("runtime-missing");
        assertThat(failure.hint())
                .startsWith("Name an image that has it in callbacks.docker.images");
    }

    @Test
    void waitsForAnEngineThatIsAbsent() throws IOException {
        var elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        try (var absent = new Surroundings(elsewhere);
                var other = absent.builder("two", "--callbacks.docker.host=unix:///no/such.sock")) {
            var source = absent.source(1, "python", CODE, null);
            absent.publish(Snapshots.of(7, 1, "docker", source, false));
            await().atMost(LONG)
                    .until(() -> text(absent.data()).contains("There is no Docker engine"));
            assertThat(text(absent.data())).contains("it will be tried again");
            assertThat(absent.heard(BuildFailed.class, 7)).isEmpty();
            assertThat(other.isRunning()).isTrue();
        }
    }

    /** All build logs. */
    private static String text(Path data) throws IOException {
        var all = new StringBuilder();
        try (var files = Files.walk(data.resolve("builder"))) {
            for (var file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    private static CallbackSnapshot snapshot(long id, long version, @Nullable String library) {
        return snapshot(id, version, library, false);
    }

    private static CallbackSnapshot snapshot(
            long id, long version, @Nullable String library, boolean deleted) {
        return Snapshots.of(
                id, version, "docker", surroundings.source(1, "python", CODE, library), deleted);
    }

    private static BuildSucceeded succeeded(long callbackId, int attempt) {
        return await().atMost(LONG)
                .until(
                        () ->
                                surroundings.heard(BuildSucceeded.class, callbackId).stream()
                                        .filter(build -> build.build().attempt() >= attempt)
                                        .findFirst(),
                        found -> found.isPresent())
                .orElseThrow();
    }

    private static String image(long callbackId, int attempt) {
        return Objects.requireNonNull(succeeded(callbackId, attempt).image());
    }
}
