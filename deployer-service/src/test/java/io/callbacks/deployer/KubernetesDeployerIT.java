package io.callbacks.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.deployer.kubernetes.NeedsCluster;
import io.callbacks.deployer.kubernetes.TestCluster;
import io.callbacks.deployer.kubernetes.TestLayers;
import io.callbacks.deployer.testing.Surroundings;
import io.callbacks.deployer.testing.TestCallback;
import io.callbacks.event.Layer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

@ExtendWith(NeedsCluster.class)
@TestInstance(Lifecycle.PER_CLASS)
class KubernetesDeployerIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String HELLO =
            "import os\ndef handler(event):\n    return os.environ.get('GREETING', 'none')\n";

    private TestCluster cluster;
    private TestLayers layers;
    private Layer hello;
    private Surroundings around;
    private ConfigurableApplicationContext deployer;

    @BeforeAll
    void start(@TempDir Path directory) {
        cluster = new TestCluster();
        around = new Surroundings(directory);
        layers = new TestLayers(around.data(), cluster.apiServer());
        hello = layers.of(HELLO);
        deployer = deployer();
    }

    private ConfigurableApplicationContext deployer() {
        return around.deployer(
                "one",
                "--callbacks.kubernetes.namespace=" + cluster.namespace(),
                "--callbacks.kubernetes.images.python=" + cluster.pythonImage());
    }

    @AfterAll
    void stop() {
        if (deployer != null) { // a broker without its directory would end the JVM of all tests
            deployer.close();
        }
        around.close();
        layers.close();
        cluster.close();
    }

    @Test
    void deploysRenewsAndUndeploys() {
        var callback = deployed();
        var instance = callback.instance();
        assertThat(callback.call().body()).isEqualTo("\"none\"");
        callback.newEnv("GREETING", "hello");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"hello\"");
        assertThat(callback.instance()).isEqualTo(instance);
        callback.codeToBeBuilt().builtAs(layers.of("def handler(event):\n    return 'new'\n"));
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"new\"");
        callback.undeploy();
        until(this::isEmpty);
    }

    @Test
    void movesToAnotherPlaceAndBack() {
        var callback = new TestCallback(around).code(HELLO).deploy();
        until(callback::isLive);
        callback.on("kubernetes").builtAs(hello).deploy();
        until(callback::isLive);
        assertThat(callback.serving().orElseThrow().target()).isEqualTo("kubernetes");
        assertThat(callback.call().body()).isEqualTo("\"none\"");
        callback.on("process").deploy();
        until(callback::isLive);
        assertThat(callback.serving().orElseThrow().target()).isEqualTo("process");
        callback.undeploy();
        until(this::isEmpty);
    }

    @Test
    void comesBackWhenItsPodIsDeleted() {
        var callback = deployed();
        var first = callback.instance();
        cluster.delete(first);
        until(() -> !callback.instance().isEmpty() && !callback.instance().equals(first));
        assertThat(callback.call().statusCode()).isEqualTo(200);
        assertThat(callback.error()).isEmpty();
        callback.undeploy();
        until(this::isEmpty);
    }

    @Test
    void goesOnWithInstancesOfItsFormerLife() {
        var callback = deployed();
        var instance = callback.instance();
        deployer.close();
        assertThat(callback.call().statusCode()).isEqualTo(200);
        deployer = deployer();
        callback.newEnv("GREETING", "still here");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"still here\"");
        assertThat(callback.instance()).isEqualTo(instance);
        callback.undeploy();
        until(this::isEmpty);
    }

    private TestCallback deployed() {
        var callback =
                new TestCallback(around).on("kubernetes").codeToBeBuilt().builtAs(hello).deploy();
        until(callback::isLive);
        return callback;
    }

    private boolean isEmpty() {
        return cluster.objects(around.installation()).isEmpty();
    }

    private static void until(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(50)).atMost(SOON).until(condition);
    }
}
