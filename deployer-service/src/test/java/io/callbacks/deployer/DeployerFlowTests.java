package io.callbacks.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.deployer.testing.Surroundings;
import io.callbacks.deployer.testing.TestCallback;
import io.callbacks.event.CallbackChange;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.Limits;
import io.callbacks.event.TargetSeen;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

@TestInstance(Lifecycle.PER_CLASS)
class DeployerFlowTests {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String SAYS_ENV =
            "import os\ndef handler(event):\n    return os.environ.get('GREETING', 'none')\n";

    private static final String NEEDS_A_NUMBER =
            "import os\nN = int(os.environ['N'])\ndef handler(event):\n    return N\n";

    private Surroundings around;
    private ConfigurableApplicationContext deployer;

    @BeforeAll
    void start(@TempDir Path directory) {
        around = new Surroundings(directory);
        deployer = around.deployer("one");
    }

    @AfterAll
    void stop() {
        deployer.close();
        around.close();
    }

    @Test
    void deploysAndTells() {
        var callback = deployed(SAYS_ENV);
        var route = around.heard().route(callback.id()).orElseThrow();
        assertThat(route.generation()).isEqualTo(callback.generation());
        assertThat(route.instances()).hasSize(1);
        assertThat(callback.call().body()).isEqualTo("\"none\"");
        assertThat(callback.call().headers().firstValue("X-Callbacks-Revision")).contains("1");
    }

    /** Of ten callbacks each has another key, so that events of all partitions are among theirs. */
    @Test
    void oneThatStandsByTakesNoEventsAway() {
        try (var _ = around.deployer("two")) {
            var callbacks =
                    Stream.generate(() -> new TestCallback(around).code(SAYS_ENV).deploy())
                            .limit(10)
                            .toList();
            callbacks.forEach(callback -> until(callback::isLive));
        }
    }

    @Test
    void handsNewEnvToTheRunningInstance() {
        var callback = deployed(SAYS_ENV);
        var instance = callback.instance();
        var front = around.processes().front(instance);
        callback.newEnv("GREETING", "hello");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"hello\"");
        assertThat(callback.instance()).isEqualTo(instance);
        assertThat(around.processes().front(instance)).isEqualTo(front);
        var route = around.heard().route(callback.id()).orElseThrow();
        assertThat(route.envVersion()).isEqualTo(2);
        assertThat(route.generation()).isEqualTo(callback.generation());
    }

    @Test
    void keepsTheOldEnvWhereTheHandlerCannotBeImportedWithTheNewOne() {
        var callback = new TestCallback(around).env("N", "1").code(NEEDS_A_NUMBER).deploy();
        until(callback::isLive);
        var instance = callback.instance();
        callback.newEnv("N", "x");
        until(() -> callback.error().equals("ValueError"));
        assertThat(callback.call().body()).isEqualTo("1");
        assertThat(callback.isServing()).isTrue();
        callback.newEnv("N", "2");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("2");
        assertThat(callback.instance()).isEqualTo(instance);
    }

    @Test
    void replacesOldCodeAndLetsItFinishWhatItHas() {
        var callback =
                deployed("import time\ndef handler(event):\n    time.sleep(2)\n    return 'old'\n");
        var oldInstance = callback.instance();
        var oldPlace = callback.url();
        var running = callback.callAt(oldPlace);
        callback.newCode("def handler(event):\n    return 'new'\n");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"new\"");
        assertThat(running).isNotDone();
        assertThat(isTurnedAway(callback.callAt(oldPlace))).isTrue();
        assertThat(running.join().body()).isEqualTo("\"old\"");
        until(() -> around.processes().of(oldInstance).isEmpty());
        until(() -> !around.processes().directories().contains(oldInstance));
        assertThat(around.heard().wasRoutedBeforeObserved(callback.id(), callback.generation()))
                .isTrue();
    }

    @Test
    void keepsTheOldCodeWhereTheNewCannotBeImported() {
        var callback = deployed("def handler(event):\n    return 'old'\n");
        var route = around.heard().route(callback.id());
        callback.newCode("import not_installed\ndef handler(event):\n    return 'new'\n");
        until(() -> callback.error().equals("ModuleNotFoundError"));
        assertThat(callback.attempt().orElseThrow().stage()).isEqualTo("start");
        var failure = callback.failure().orElseThrow();
        assertThat(failure.packageName()).isEqualTo("not_installed");
        assertThat(failure.message()).contains("not_installed");
        assertThat(failure.hint()).contains("library");
        assertThat(callback.call().body()).isEqualTo("\"old\"");
        assertThat(around.heard().route(callback.id())).isEqualTo(route);
        callback.newCode("def handler(event):\n    return 'mended'\n");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"mended\"");
    }

    @Test
    void startsWhatIsBuiltOnceMoreWhereItsLayerWasGone() {
        var callback = deployed("def handler(event):\n    return 'old'\n");
        callback.codeToBeBuilt().builtWithoutItsLayer();
        until(() -> callback.error().equals("layer-missing"));
        assertThat(callback.call().body()).isEqualTo("\"old\"");
        callback.again().built("def handler(event):\n    return 'new'\n");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"new\"");
    }

    @Test
    void startsTheNewCodeWhereTheOldCannotBeImportedWithItsEnv() {
        var callback = new TestCallback(around).env("N", "1").code(NEEDS_A_NUMBER).deploy();
        until(callback::isLive);
        callback.codeToBeBuiltAndEnv("N", "x")
                .built("import os\ndef handler(event):\n    return os.environ['N']\n");
        until(callback::isLive);
        assertThat(callback.call().body()).isEqualTo("\"x\"");
        assertThat(callback.error()).isEmpty();
    }

    @Test
    void givesNewEnvToTheOldCodeWhereTheNewCannotBeImported() {
        var callback = deployed(SAYS_ENV);
        callback.codeToBeBuiltAndEnv("GREETING", "hi").built("import not_installed\n");
        until(() -> callback.error().equals("ModuleNotFoundError"));
        assertThat(callback.call().body()).isEqualTo("\"hi\"");
        assertThat(callback.serving().orElseThrow().envVersion()).isEqualTo(2);
    }

    @Test
    void givesNewEnvToTheOldCodeWhereTheNewCannotBeBuilt() {
        var callback = deployed(SAYS_ENV);
        var serving = callback.generation();
        callback.codeToBeBuilt().buildFailed("package-not-found", "no such package");
        until(() -> callback.error().equals("package-not-found"));
        callback.newEnv("GREETING", "still here");
        until(() -> around.heard().route(callback.id()).orElseThrow().envVersion() == 2);
        assertThat(callback.call().body()).isEqualTo("\"still here\"");
        until(() -> callback.error().equals("package-not-found"));
        assertThat(callback.serving().orElseThrow().generation()).isEqualTo(serving);
        assertThat(callback.serving().orElseThrow().envVersion()).isEqualTo(2);
        assertThat(callback.attempt().orElseThrow().generation()).isEqualTo(callback.generation());
    }

    @Test
    void comesBackAfterACrashAndTellsOfALoop() {
        var callback = deployed(SAYS_ENV);
        var first = callback.instance();
        around.processes().kill(first);
        until(() -> isAnother(callback.instance(), first));
        assertThat(callback.call().body()).isEqualTo("\"none\"");
        assertThat(callback.error()).isEmpty();
        var second = callback.instance();
        around.processes().kill(second);
        until(() -> callback.error().equals("instance-ended"));
        assertThat(callback.attempt().orElseThrow().stage()).isEqualTo("run");
        assertThat(callback.failure().orElseThrow().message()).contains("signal 9");
        until(() -> callback.isServing() && isAnother(callback.instance(), second));
        assertThat(callback.call().body()).isEqualTo("\"none\"");
        until(() -> around.processes().of(first).isEmpty());
        until(() -> around.processes().of(second).isEmpty());
    }

    @Test
    void undeploysWithoutAProcessLeft() {
        var callback = deployed(SAYS_ENV);
        var instance = callback.instance();
        callback.undeploy();
        until(() -> !callback.isServing());
        assertThat(around.heard().route(callback.id())).isEmpty();
        assertThat(callback.error()).isEmpty();
        until(() -> around.processes().of(instance).isEmpty());
        until(() -> !around.processes().directories().contains(instance));
        callback.deploy();
        until(callback::isLive);
        assertThat(callback.instance()).isNotEqualTo(instance);
    }

    @Test
    void deletesWithoutAnythingLeft() {
        var callback = deployed("print('hello')\n" + SAYS_ENV);
        var instance = callback.instance();
        var runLog = around.data().resolve("deployer/run-logs/" + callback.id());
        assertThat(runLog).isDirectory();
        callback.delete();
        until(() -> !callback.isServing());
        assertThat(around.heard().route(callback.id())).isEmpty();
        until(() -> around.processes().of(instance).isEmpty());
        until(() -> !around.processes().directories().contains(instance));
        until(() -> !Files.exists(runLog));
        await().during(Duration.ofSeconds(1)).until(() -> !Files.exists(runLog));
    }

    @Test
    void leavesNoProcessBehindThatTheFunctionStarted() {
        var callback =
                deployed(
                        """
                        import subprocess
                        def handler(event):
                            subprocess.Popen(['sleep', '600'], start_new_session=True)
                            return 'started'
                        """);
        var instance = callback.instance();
        assertThat(callback.call().body()).isEqualTo("\"started\"");
        around.processes().kill(instance);
        until(() -> around.processes().of(instance).isEmpty());
    }

    @Test
    void tellsThatTheImportTakesTooLong() {
        var callback =
                new TestCallback(around)
                        .limits(new Limits(5, 256, 4, 1))
                        .code("import time\ntime.sleep(60)\ndef handler(event): pass\n")
                        .deploy();
        until(() -> callback.error().equals("StartupTimeout"));
        assertThat(callback.isServing()).isFalse();
        callback.undeploy();
        until(() -> callback.error().isEmpty());
    }

    @Test
    void tellsThatARuntimeIsMissing() {
        var callback = new TestCallback(around).type("python3.99").code(SAYS_ENV).deploy();
        until(() -> callback.error().equals("runtime-missing"));
        callback.undeploy();
    }

    @Test
    void tellsThatALayerIsMissing() {
        var callback = new TestCallback(around).codeToBeBuilt().builtWithoutItsLayer().deploy();
        until(() -> callback.error().equals("layer-missing"));
        callback.undeploy();
        until(() -> callback.error().isEmpty());
        assertThat(around.processes().directories())
                .noneMatch(d -> d.startsWith(callback.id() + "-"));
    }

    @Test
    void isNotMovedByWhatItKnowsAlready() {
        var callback = new TestCallback(around);
        var early = callback.codeToBeBuilt().snapshot();
        callback.built(SAYS_ENV).built("def handler(event): return 'a second result'\n").deploy();
        until(callback::isLive);
        var instance = callback.instance();
        var told = around.heard().observations(callback.id()).size();
        var routes = around.heard().routes(callback.id()).size();
        around.publish(new CallbackChanged(CallbackChange.CALLBACK_DELETED, early));
        around.publish(new CallbackChanged(CallbackChange.ENV_UPDATED, callback.snapshot()));
        callback.built(SAYS_ENV);
        var behind = deployed(SAYS_ENV);
        assertThat(behind.isLive()).isTrue();
        assertThat(callback.instance()).isEqualTo(instance);
        assertThat(around.heard().observations(callback.id())).hasSize(told);
        assertThat(around.heard().routes(callback.id())).hasSize(routes);
    }

    @Test
    void waitsForTheBuildWhicheverIsHeardFirst() {
        var callback = new TestCallback(around).codeToBeBuilt().deploy();
        var other = deployed(SAYS_ENV);
        assertThat(other.isLive()).isTrue();
        assertThat(callback.isServing()).isFalse();
        callback.built(SAYS_ENV);
        until(callback::isLive);
    }

    @Test
    void tellsWhatCanRunHere() {
        until(() -> around.heard().target("process").filter(TargetSeen::available).isPresent());
        until(() -> around.heard().target("docker").filter(t -> !t.available()).isPresent());
        assertThat(around.heard().target("process").orElseThrow().runtimes())
                .anyMatch(type -> type.startsWith("python3"));
    }

    private static boolean isAnother(String instance, String former) {
        return !instance.isEmpty() && !instance.equals(former);
    }

    private static boolean isTurnedAway(CompletableFuture<HttpResponse<String>> call) {
        try {
            return call.join().headers().map().containsKey("x-callbacks-refused");
        } catch (CompletionException e) {
            return e.getCause() instanceof ConnectException;
        }
    }

    private TestCallback deployed(String code) {
        var callback = new TestCallback(around).code(code).deploy();
        until(callback::isLive);
        return callback;
    }

    private static void until(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(50)).atMost(SOON).until(condition);
    }
}
