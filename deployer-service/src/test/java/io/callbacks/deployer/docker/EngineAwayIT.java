package io.callbacks.deployer.docker;

import static io.callbacks.deployer.docker.TestPlatform.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.deployer.rollout.RunningInstance;
import io.callbacks.docker.DockerEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NeedsDocker.class)
@TestInstance(Lifecycle.PER_CLASS)
class EngineAwayIT {
    private TestImages images;
    private InstanceTokens tokens;
    private String hello;
    private EngineProxy proxy;
    private DockerEngine engine;

    @BeforeAll
    void makeImages(@TempDir Path directory) {
        images = new TestImages(directory);
        tokens = InstanceTokens.in(directory.resolve("keys"));
        hello = images.of("def handler(event):\n    print(event['path'])\n    return 'hello'\n");
    }

    @AfterAll
    void removeImages() throws IOException {
        if (images != null) {
            images.close();
        }
    }

    @BeforeEach
    void connect(@TempDir Path directory) {
        proxy = new EngineProxy(images.engine().address(), directory);
        engine = DockerEngine.at(proxy.address());
    }

    @AfterEach
    void disconnect() throws IOException {
        engine.close();
        proxy.close();
    }

    @Test
    void goesOnWithWhatRanMeanwhile() {
        try (var one = begun(false)) {
            var instance = one.started(hello);
            TestPlatform.get(instance, "/api/before");
            until(() -> one.log.messages().contains("/before"));
            proxy.cut();
            TestPlatform.get(instance, "/api/meanwhile");
            untilGone(one);
            proxy.restore();
            untilThere(one, instance);
            TestPlatform.get(instance, "/api/after");
            until(() -> one.log.messages().contains("/after"));
            assertThat(one.log.messages()).containsOnlyOnce("/before", "/meanwhile", "/after");
            assertThat(one.losses).hasValue(0);
            assertThat(one.ends).isEmpty();
        }
    }

    @Test
    void tellsOfWhatWasLostMeanwhileThatNobodyIsToBlame() {
        try (var one = begun(false)) {
            var instance = one.started(hello);
            proxy.cut();
            images.engine().control().killContainerCmd(one.container(instance)).exec();
            untilGone(one);
            assertThat(one.losses).hasValue(0);
            proxy.restore();
            until(() -> one.losses.get() == 1);
            until(() -> one.containers().isEmpty());
            assertThat(one.platform.instances()).isEmpty();
            assertThat(one.ends).isEmpty();
        }
    }

    @Test
    void losesWhatEndsWithTheConnection() {
        try (var one = begun(true)) {
            one.started(hello);
            proxy.cut();
            untilGone(one);
            proxy.restore();
            until(() -> one.losses.get() == 1);
            until(() -> one.containers().isEmpty());
        }
    }

    @Test
    void removesLaterWhatCannotBeRemovedNow() {
        try (var one = begun(false)) {
            var instance = one.started(hello);
            proxy.cut();
            assertThatThrownBy(() -> one.platform.stop(instance.id(), Duration.ZERO))
                    .isInstanceOf(PlatformException.class);
            proxy.restore();
            until(() -> one.containers().isEmpty());
            assertThat(one.losses).hasValue(0);
            assertThat(one.ends).isEmpty();
        }
    }

    @Test
    void startsAgainOnceItIsThereAgain() {
        try (var one = begun(true)) {
            proxy.cut();
            untilGone(one);
            assertThatThrownBy(() -> one.started(hello)).isInstanceOf(PlatformException.class);
            proxy.restore();
            until(() -> one.platform.availability().available());
            assertThat(call(one.started(hello)).statusCode()).isEqualTo(200);
        }
    }

    private TestPlatform begun(boolean lifeline) {
        var one = TestPlatform.on(engine, tokens, lifeline);
        one.platform.begin(List.of());
        return one;
    }

    private static void untilGone(TestPlatform one) {
        until(() -> !one.platform.availability().available());
        assertThatThrownBy(one.platform::instances).isInstanceOf(PlatformException.class);
    }

    private static void untilThere(TestPlatform one, RunningInstance instance) {
        until(() -> one.platform.availability().available());
        assertThat(one.platform.instances()).contains(instance);
    }

    private static void until(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(50)).atMost(Duration.ofSeconds(15)).until(condition);
    }
}
