package io.callbacks.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.deployer.testing.Surroundings;
import io.callbacks.deployer.testing.TestCallback;
import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.Route;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Callbacks of which there are several instances. */
@TestInstance(Lifecycle.PER_CLASS)
class InstancesTests {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String SAYS_ENV =
            "import os\ndef handler(event):\n    return os.environ.get('GREETING', 'none')\n";

    private Surroundings around;
    private ConfigurableApplicationContext deployer;

    @BeforeAll
    void start(@TempDir Path directory) {
        around = new Surroundings(directory);
        deployer = around.deployer("one", "--callbacks.deployer.scale-down-after=2s");
    }

    @AfterAll
    void stop() {
        deployer.close();
        around.close();
    }

    @Test
    void thereAreAsManyAsThereShallBe() {
        var callback = withThree();
        assertThat(callback.serving().orElseThrow().ready()).isEqualTo(3);
        callback.scale(2, 2, 1);
        until(() -> callback.instances().size() == 2);
    }

    @Test
    void oneThatEndsIsReplacedAndTheOthersServeOn() {
        var callback = withThree();
        var victim = callback.instances().get(1).id();
        around.processes().kill(victim);
        until(
                () ->
                        callback.instances().size() == 3
                                && callback.instances().stream()
                                        .noneMatch(i -> i.id().equals(victim)));
        assertThat(around.heard().routes(callback.id())).doesNotContain(Optional.empty());
    }

    @Test
    void allTakeANewEnv() {
        var callback = withThree();
        var before = callback.instances();
        callback.newEnv("GREETING", "hello");
        until(callback::isLive);
        assertThat(callback.instances()).isEqualTo(before);
        assertThat(answers(callback)).containsOnly("\"hello\"");
    }

    @Test
    void newCodeTakesOverWithAsMany() {
        var callback = withThree();
        callback.newCode("def handler(event):\n    return 'new'\n");
        until(callback::isLive);
        var routes = around.heard().routes(callback.id());
        assertThat(routes.stream().flatMap(Optional::stream))
                .filteredOn(route -> route.revision() == 2)
                .allMatch(route -> route.instances().size() == 3);
        assertThat(answers(callback)).containsOnly("\"new\"");
    }

    @Test
    void thereAreMoreWhileThereIsMoreToDo() {
        var callback = deployed().scale(1, 4, 2);
        until(
                () -> {
                    callback.busy("one", 3).busy("two", 2.5);
                    return callback.instances().size() == 3;
                });
        until(
                () -> {
                    callback.busy("one", 0).busy("two", 0);
                    return callback.instances().size() == 1;
                });
        var sizes =
                around.heard().routes(callback.id()).stream()
                        .flatMap(Optional::stream)
                        .map(r -> r.instances().size());
        assertThat(sizes).doesNotContain(4);
        assertThat(callback.call().body()).isEqualTo("\"none\"");
    }

    @Test
    void whyThereAreTooFewIsToldUntilThereAreEnough(@TempDir Path directory) throws IOException {
        var taken = directory.resolve("taken");
        var callback =
                new TestCallback(around)
                        .code(
                                "import os\nos.mkdir('%s')\ndef handler(event):\n    return 1\n"
                                        .formatted(taken))
                        .deploy();
        until(callback::isLive);
        callback.scale(2, 2, 1);
        until(() -> isShort(callback));
        await().during(Duration.ofSeconds(5)).atMost(SOON).until(() -> isShort(callback));
        Files.delete(taken);
        until(() -> callback.instances().size() == 2 && !isShort(callback));
    }

    private boolean isShort(TestCallback callback) {
        return around.heard()
                .observed(callback.id())
                .map(DeploymentObserved::attempt)
                .filter(attempt -> attempt.stage().equals("start"))
                .isPresent();
    }

    private TestCallback deployed() {
        var callback = new TestCallback(around).code(SAYS_ENV).deploy();
        until(callback::isLive);
        return callback;
    }

    private TestCallback withThree() {
        var callback = deployed().scale(3, 3, 1);
        until(() -> callback.instances().size() == 3);
        return callback;
    }

    private static List<String> answers(TestCallback callback) {
        return callback.instances().stream()
                .map(Route.Instance::url)
                .map(url -> callback.callAt(url).join())
                .map(HttpResponse::body)
                .toList();
    }

    private static void until(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(200)).atMost(SOON).until(condition);
    }
}
