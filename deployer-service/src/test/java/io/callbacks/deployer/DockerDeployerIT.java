package io.callbacks.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.deployer.docker.EngineProxy;
import io.callbacks.deployer.docker.NeedsDocker;
import io.callbacks.deployer.docker.TestImages;
import io.callbacks.deployer.testing.Surroundings;
import io.callbacks.deployer.testing.TestCallback;
import io.callbacks.event.TargetSeen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

@ExtendWith(NeedsDocker.class)
@TestInstance(Lifecycle.PER_CLASS)
class DockerDeployerIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String HELLO =
            "import os\ndef handler(event):\n    return os.environ.get('GREETING', 'none')\n";

    private TestImages images;
    private String hello;
    private EngineProxy proxy;
    private Surroundings around;
    private ConfigurableApplicationContext deployer;

    @BeforeAll
    void start(@TempDir Path directory) {
        images = new TestImages(directory.resolve("images"));
        hello = images.of(HELLO);
        proxy = new EngineProxy(images.engine().address(), directory);
        around = new Surroundings(directory);
        deployer = deployer(true);
    }

    private ConfigurableApplicationContext deployer(boolean lifeline) {
        return around.deployer(
                "one",
                "--callbacks.docker.host=" + proxy.address(),
                "--callbacks.docker.lifeline=" + lifeline);
    }

    @AfterAll
    void stop() throws IOException {
        if (images == null) {
            return;
        }
        deployer.close();
        around.close();
        proxy.close();
        images.close();
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
        callback.codeToBeBuilt().builtAs(images.of("def handler(event):\n    return 'new'\n"));
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"new\"");
        callback.undeploy();
        until(() -> !callback.isServing());
        until(() -> images.containers(around.installation()).isEmpty());
    }

    @Test
    void movesToAnotherPlaceAndBack() {
        var callback = new TestCallback(around).code(HELLO).deploy();
        until(callback::isLive);
        callback.on("docker").builtAs(hello).deploy();
        until(callback::isLive);
        assertThat(callback.serving().orElseThrow().target()).isEqualTo("docker");
        assertThat(callback.call().body()).isEqualTo("\"none\"");
        callback.on("process").deploy();
        until(callback::isLive);
        assertThat(callback.serving().orElseThrow().target()).isEqualTo("process");
        callback.undeploy();
        until(() -> images.containers(around.installation()).isEmpty());
    }

    @Test
    void comesBackAfterACrashAndTellsOfALoop() {
        var callback = deployed();
        var first = callback.instance();
        images.kill(around.installation(), first);
        until(() -> isAnother(callback.instance(), first));
        assertThat(callback.error()).isEmpty();
        var second = callback.instance();
        images.kill(around.installation(), second);
        until(() -> callback.error().equals("instance-ended"));
        assertThat(callback.failure().orElseThrow().message()).contains("signal 9");
        until(() -> callback.isServing() && isAnother(callback.instance(), second));
        callback.undeploy();
        until(() -> images.containers(around.installation()).isEmpty());
    }

    @Test
    void doesAfterwardsWhatWasAskedForWhileTheEngineWasAway() {
        var running = deployed();
        var instance = running.instance();
        var before = reason();
        proxy.cut();
        until(() -> !Objects.equals(reason(), before));
        assertThat(around.heard().target("docker").orElseThrow().available()).isTrue();
        var asked = new TestCallback(around).on("docker").codeToBeBuilt().builtAs(hello).deploy();
        await().during(Duration.ofSeconds(2)).until(() -> asked.attempt().isEmpty());
        proxy.restore();
        until(asked::isLive);
        until(() -> isAnother(running.instance(), instance));
        assertThat(running.call().statusCode()).isEqualTo(200);
        assertThat(running.error()).isEmpty();
        assertThat(asked.error()).isEmpty();
        assertThat(images.containers(around.installation())).hasSize(2);
        until(() -> around.heard().target("docker").filter(TargetSeen::available).isPresent());
        running.undeploy();
        asked.undeploy();
        until(() -> images.containers(around.installation()).isEmpty());
    }

    @Test
    void endsInstancesWithItselfOrGoesOnWithThem() {
        deployer.close();
        deployer = deployer(false);
        var callback = deployed();
        var callbackOnProcess = new TestCallback(around).code(HELLO).deploy();
        until(callbackOnProcess::isLive);
        var route = around.heard().route(callback.id());
        var instance = callbackOnProcess.instance();
        deployer.close();
        assertThat(callback.call().statusCode()).isEqualTo(200);
        deployer = deployer(false);
        until(() -> isAnother(callbackOnProcess.instance(), instance));
        assertThat(around.heard().routes(callback.id())).allMatch(route::equals);
        callback.newEnv("GREETING", "still here");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"still here\"");
        assertThat(callback.instance()).isEqualTo(route.orElseThrow().instances().getFirst().id());
        deployer.close();
        deployer = deployer(true);
        callbackOnProcess.undeploy();
        callback.undeploy();
        until(() -> images.containers(around.installation()).isEmpty());
    }

    @Test
    void leavesWhatServesAloneUntilTheEngineCanBeAsked() {
        deployer.close();
        deployer = deployer(false);
        var callback = deployed();
        var route = around.heard().route(callback.id());
        deployer.close();
        proxy.cut();
        deployer = deployer(false);
        await().during(Duration.ofSeconds(3))
                .until(() -> around.heard().routes(callback.id()).stream().allMatch(route::equals));
        assertThat(callback.call().statusCode()).isEqualTo(200);
        callback.newEnv("GREETING", "still here");
        proxy.restore();
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"still here\"");
        assertThat(callback.instance()).isEqualTo(route.orElseThrow().instances().getFirst().id());
        deployer.close();
        deployer = deployer(true);
        callback.undeploy();
        until(() -> images.containers(around.installation()).isEmpty());
    }

    private @Nullable String reason() {
        return around.heard().target("docker").orElseThrow().reason();
    }

    private static boolean isAnother(String instance, String former) {
        return !instance.isEmpty() && !instance.equals(former);
    }

    private TestCallback deployed() {
        var callback =
                new TestCallback(around).on("docker").codeToBeBuilt().builtAs(hello).deploy();
        until(callback::isLive);
        return callback;
    }

    private static void until(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(50)).atMost(SOON).until(condition);
    }
}
