package io.callbacks.builder.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.callbacks.builder.build.Sandbox.Outcome;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** On the cluster of this machine, with images made on it. */
@ExtendWith(NeedsCluster.class)
class KubernetesSandboxIT {
    private static ClusterPlace place;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        place = new ClusterPlace(directory);
    }

    @AfterAll
    static void removeAll() {
        place.close();
    }

    @AfterEach
    void leavesNothing() {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(objects()).isEmpty());
    }

    @Test
    void installsForPython() {
        var layer = installed("python", "requests==2.32.3");
        assertThat(place.log.lines()).contains("installing by pip");
        assertThat(place.log.lines()).anyMatch(line -> line.startsWith("Successfully installed"));
        var tree = place.blobs.tree(layer.digest());
        assertThat(tree.resolve("requests/__pycache__")).isDirectory();
        assertThat(place.sandbox().holds(layer)).isTrue();
    }

    @Test
    void installsForNode() {
        var layer =
                installed("node", "{\"dependencies\":{\"axios\":\"1.7.9\",\"semver\":\"7.6.3\"}}");
        assertThat(place.log.lines()).contains("installing by npm");
        var tree = place.blobs.tree(layer.digest());
        assertThat(tree.resolve("node_modules/axios/package.json")).isRegularFile();
        assertThat(tree.resolve("node_modules/.bin/semver")).isSymbolicLink().isExecutable();
        assertThat(tree.resolve("package-lock.json")).doesNotExist();
    }

    @Test
    void makesTheSameLayerAgain() {
        assertThat(installed("python", "six==1.16.0"))
                .isEqualTo(installed("python", "six==1.16.0"));
        var layer = installed("node", "{\"dependencies\":{\"ms\":\"2.1.3\"}}");
        assertThat(installed("node", "{\"dependencies\":{\"ms\":\"2.1.3\"}}")).isEqualTo(layer);
    }

    @Test
    void namesThePackageThatIsNotThere() {
        assertThat(rejected("python", "no-such-package-qqzz"))
                .extracting(Failure::kind, Failure::packageName)
                .containsExactly("package-not-found", "no-such-package-qqzz");
        assertThat(rejected("node", "{\"dependencies\":{\"no-such-package-qqzz\":\"1\"}}"))
                .extracting(Failure::kind, Failure::packageName)
                .containsExactly("package-not-found", "no-such-package-qqzz");
    }

    @Test
    void endsWhatIsCancelled() {
        BooleanSupplier onceItRuns = () -> pods().stream().anyMatch(KubernetesSandboxIT::isRunning);
        var outcome = place.install(place.sandbox(), "python", "numpy", onceItRuns);
        assertThat(outcome).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void isInTroubleIfThePodIsEndedFromOutside() {
        var sandbox = place.sandbox();
        assertThat(sandbox.runtime("python")).isPresent(); // so that it is not asked meanwhile
        BooleanSupplier kill =
                () -> {
                    pods().stream()
                            .filter(KubernetesSandboxIT::isRunning)
                            .forEach(pod -> place.client().resource(pod).delete());
                    return false;
                };
        assertThatThrownBy(() -> place.install(sandbox, "python", "numpy", kill))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("ended from outside");
    }

    @Test
    void endsWhatTakesTooLong() {
        var sandbox = place.sandbox(Map.of(), Duration.ofMillis(300), ClusterPlace.LARGE);
        assertThat(rejected(sandbox, "python", "numpy").kind()).isEqualTo("timeout");
    }

    @Test
    void refusesWhatIsTooLarge() {
        var sandbox = place.sandbox(Map.of(), ClusterPlace.PATIENCE, 1000);
        assertThat(rejected(sandbox, "python", "six").kind()).isEqualTo("too-large");
    }

    @Test
    void leavesSecretsToTheSecret() {
        var secret = "canary-of-the-operator";
        var environment = Map.of("NPM_CONFIG_//registry.invalid/:_authToken", secret);
        var sandbox = place.sandbox(environment, ClusterPlace.PATIENCE, ClusterPlace.LARGE);
        var seen = new CopyOnWriteArrayList<String>();
        BooleanSupplier look =
                () -> {
                    objects().forEach(object -> seen.add(Serialization.asYaml(object)));
                    return false;
                };
        var outcome = place.install(sandbox, "node", "{\"dependencies\":{\"ms\":\"2.1.2\"}}", look);
        assertThat(outcome).isInstanceOf(Outcome.Installed.class);
        assertThat(seen)
                .anyMatch(yaml -> yaml.contains("kind: \"Job\""))
                .anyMatch(yaml -> yaml.contains("phase: \"Running\""))
                .noneMatch(yaml -> yaml.contains(secret))
                .noneMatch(yaml -> yaml.contains("signature="));
        assertThat(place.log.lines()).noneMatch(line -> line.contains(secret));
    }

    @Test
    void removesWhatAFormerLifeLeft() {
        var former = place.jobs(ClusterPlace.PATIENCE, ClusterPlace.LARGE);
        former.installing("left", "callbacks/base-node:local", List.of("sleep", "600"), "{}");
        assertThat(objects()).isNotEmpty();
        new KubernetesLeftovers(former).sweep();
        assertThat(jobNames()).hasSize(1); // that of this life
        new KubernetesLeftovers(place.jobs(ClusterPlace.PATIENCE, ClusterPlace.LARGE)).sweep();
        assertThat(jobNames()).isEmpty();
    }

    @Test
    void beginsAnewWhereAFormerLifeLeftTheSame() {
        var former = place.jobs(ClusterPlace.PATIENCE, ClusterPlace.LARGE);
        var sleep = List.of("sleep", "600");
        former.installing("same", "callbacks/base-node:local", sleep, "{}");
        var jobs = place.jobs(ClusterPlace.PATIENCE, ClusterPlace.LARGE);
        var echo = List.of("node", "-p", "'anew'");
        try (var job = jobs.installing("same", "callbacks/base-node:local", echo, "{}")) {
            var lines = new ArrayList<String>();
            job.run(lines::add);
            assertThat(lines).containsExactly("anew");
        }
    }

    @Test
    void tellsWhyAnImageCannotBeHad() {
        var images = Map.of("node", "127.0.0.1:1/no/such:image");
        var sandbox = place.sandboxOn(images, Duration.ofSeconds(30));
        assertThatThrownBy(() -> sandbox.runtime("node"))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("127.0.0.1:1/no/such:image");
    }

    @Test
    void tellsWhyTheClusterMakesNoPod() {
        var sandbox = place.sandbox();
        assertThat(sandbox.runtime("node")).isPresent();
        var quota =
                new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("none")
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("pods", new Quantity("0"))
                        .endSpec()
                        .build();
        var made = place.client().resource(quota);
        made.create();
        try {
            assertThatThrownBy(
                            () ->
                                    place.install(
                                            sandbox,
                                            "node",
                                            "{\"dependencies\":{\"ms\":\"2.1.1\"}}"))
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining("exceeded quota");
        } finally {
            made.delete();
        }
    }

    @Test
    void servesAVersionedTypeByTheImageThatHasIt() {
        var sandbox = place.sandbox();
        assertThat(sandbox.runtime("node22")).isEqualTo(sandbox.runtime("node")).isPresent();
        assertThat(sandbox.runtime("node6")).isEmpty();
        assertThat(sandbox.runtime("python2.7")).isEmpty();
    }

    // --- what is there

    private static boolean isRunning(Pod pod) {
        return "Running".equals(pod.getStatus().getPhase());
    }

    private static List<Pod> pods() {
        return place.client().pods().withLabels(place.labels.ours()).list().getItems();
    }

    private static List<String> jobNames() {
        return place.client().batch().v1().jobs().list().getItems().stream()
                .map(job -> job.getMetadata().getName())
                .toList();
    }

    /** All that is ours, but without what a Secret keeps. */
    private static List<HasMetadata> objects() {
        var all = new ArrayList<HasMetadata>(pods());
        all.addAll(place.client().batch().v1().jobs().list().getItems());
        var secrets = place.client().secrets().withLabels(place.labels.ours()).list().getItems();
        secrets.forEach(secret -> secret.setData(Map.of()));
        all.addAll(secrets);
        return all;
    }

    // --- installing

    private static Layer installed(String type, String library) {
        var outcome = place.install(place.sandbox(), type, library);
        assertThat(outcome).as("%s", place.log.lines()).isInstanceOf(Outcome.Installed.class);
        var layer = ((Outcome.Installed) outcome).layer();
        assertThat(layer.role()).isEqualTo(Layer.Role.DEPS);
        assertThat(layer.size()).isPositive();
        return layer;
    }

    private static Failure rejected(String type, String library) {
        return rejected(place.sandbox(), type, library);
    }

    private static Failure rejected(KubernetesSandbox sandbox, String type, String library) {
        var outcome = place.install(sandbox, type, library);
        assertThat(outcome).as("%s", place.log.lines()).isInstanceOf(Outcome.Rejected.class);
        return ((Outcome.Rejected) outcome).failure();
    }
}
