package io.callbacks.builder.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.callbacks.builder.build.BuildJob.Result;
import io.callbacks.builder.build.BuildJob.State;
import io.callbacks.builder.build.BuiltImage.Code;
import io.callbacks.builder.build.BuiltImage.Dependencies;
import io.callbacks.builder.build.BuiltImage.Superseded;
import io.callbacks.builder.testing.Snapshots;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.event.Layer;
import io.callbacks.event.Source;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.util.unit.DataSize;

class ImageKeeperTests {
    private static final BuilderProperties PROPERTIES =
            new BuilderProperties(
                    Path.of("unused"),
                    Path.of("unused"),
                    1,
                    Duration.ofMinutes(1),
                    DataSize.ofMegabytes(1),
                    DataSize.ofMegabytes(1),
                    1,
                    2,
                    Duration.ofHours(1),
                    Duration.ofSeconds(15));

    @TempDir Path directory;
    private final InMemoryImages images = new InMemoryImages();
    private EmbeddedStore store;
    private MongoClient client;
    private JobRepository jobs;
    private ImageKeeper keeper;
    private long now;

    @BeforeEach
    void start() {
        store = EmbeddedStore.start(directory);
        client = MongoClients.create(store.uri());
        jobs = new JobRepository(new MongoTemplate(client, "builder"), Clock.systemUTC());
        keeper = new ImageKeeper(images, jobs, PROPERTIES, () -> now);
    }

    @AfterEach
    void stop() {
        client.close();
        store.close();
    }

    @Test
    void leavesToARegistryWhatIsThere() {
        built(1, 1);
        wanted(1, 1);
        images.present.clear();
        images.keeps = false;
        keeper.look();
        assertThat(job(1, 1).state()).isEqualTo(State.SUCCEEDED);
        assertThat(images.sweeps).isEqualTo(1);
    }

    @Test
    void hasAWantedImageThatIsGoneBuiltAgain() {
        built(1, 1);
        wanted(1, 1);
        images.present.clear();
        keeper.look();
        assertThat(job(1, 1).state()).isEqualTo(State.WAITING);
        assertThat(jobs.claim(job(1, 1), "me"))
                .hasValueSatisfying(job -> assertThat(job.attempt()).isEqualTo(2));
    }

    @Test
    void leavesAWantedImageThatIsThereAlone() {
        built(1, 1);
        wanted(1, 1);
        looks(2);
        assertThat(job(1, 1).state()).isEqualTo(State.SUCCEEDED);
        assertThat(images.present).contains(code(1, 1), dependencies(1, 1));
    }

    @Test
    void buildsNothingAgainThatIsNotWanted() {
        built(1, 1);
        built(1, 2);
        wanted(1, 2);
        images.present.remove(code(1, 1));
        keeper.look();
        assertThat(job(1, 1).state()).isEqualTo(State.SUCCEEDED);
    }

    @Test
    void keepsTheNewestRevisionsAndThoseThatAreWanted() {
        IntStream.rangeClosed(1, 5).forEach(revision -> built(1, revision));
        wanted(1, 2);
        looks(2);
        assertThat(images.present)
                .filteredOn(Code.class::isInstance)
                .containsExactly(code(1, 2), code(1, 4), code(1, 5));
    }

    @Test
    void removesDependenciesOnceNobodyHasNeededThemForAWhile() {
        IntStream.rangeClosed(1, 3).forEach(revision -> built(1, revision));
        wanted(1, 3);
        looks(2);
        assertThat(images.present).contains(dependencies(1, 1));
        now += Duration.ofHours(2).toNanos();
        keeper.look();
        assertThat(images.present)
                .filteredOn(Dependencies.class::isInstance)
                .containsExactly(dependencies(1, 2), dependencies(1, 3));
    }

    @Test
    void removesWhatIsLeftOfADeletedCallback() {
        built(1, 1);
        keeper.look();
        jobs.remember(Snapshots.of(1, 9, "docker", source(1), true));
        jobs.remove(1);
        looks(2);
        assertThat(images.present).containsExactly(dependencies(1, 1));
    }

    @Test
    void removesNothingAtFirstSight() {
        built(1, 1);
        images.present.addAll(List.of(code(2, 1), new Superseded("sha256:1")));
        keeper.look();
        assertThat(images.present).hasSize(4);
        keeper.look();
        assertThat(images.present).containsExactly(code(1, 1), dependencies(1, 1));
    }

    @Test
    void removesTheOthersWhereOneCannotBeRemoved() {
        built(1, 1);
        var stuck = new Superseded("sha256:1");
        images.stuck.add(stuck);
        images.present.addAll(List.of(stuck, new Superseded("sha256:2")));
        looks(3);
        assertThat(images.present).containsExactly(code(1, 1), dependencies(1, 1), stuck);
        assertThat(images.sweeps).isEqualTo(3);
    }

    @Test
    void leavesAPlatformAloneThatNobodyHasUsed() {
        images.present.add(code(1, 1));
        looks(3);
        assertThat(images.present).hasSize(1);
        assertThat(images.sweeps).isZero();
    }

    @Test
    void leavesAloneWhatIsBeingBuilt() {
        jobs.add(BuildJob.of(1, Snapshots.uid(1), source(1), "docker"));
        images.present.add(code(1, 1));
        looks(3);
        assertThat(images.present).containsExactly(code(1, 1));
    }

    private void looks(int times) {
        IntStream.range(0, times).forEach(_ -> keeper.look());
    }

    private void wanted(long callbackId, int revision) {
        jobs.remember(Snapshots.of(callbackId, revision, "docker", source(revision), false));
    }

    private void built(long callbackId, int revision) {
        jobs.add(BuildJob.of(callbackId, Snapshots.uid(callbackId), source(revision), "docker"));
        var claimed = jobs.claim(job(callbackId, revision), "me").orElseThrow();
        var layer = new Layer(Layer.Role.DEPS, dependencies(callbackId, revision).digest(), 1);
        var image = code(callbackId, revision);
        jobs.finish(claimed, new Result(List.of(layer), image.reference(), 1, false, null));
        images.present.add(image);
        images.present.add(dependencies(callbackId, revision));
    }

    private BuildJob job(long callbackId, int revision) {
        return jobs.find(BuildJob.id(Snapshots.uid(callbackId), revision, "docker")).orElseThrow();
    }

    private static Source source(int revision) {
        return new Source(revision, "python", "sha256:0", "requests");
    }

    private static Code code(long callbackId, int revision) {
        var uid = Snapshots.uid(callbackId);
        return new Code("code:" + uid + "-" + revision, uid, revision);
    }

    private static Dependencies dependencies(long callbackId, int revision) {
        var name = callbackId + "-" + revision;
        return new Dependencies("deps:" + name, "sha256:" + name);
    }
}
