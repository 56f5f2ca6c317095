package io.callbacks.deployer.docker;

import static io.callbacks.deployer.docker.TestPlatform.call;
import static io.callbacks.deployer.docker.TestPlatform.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.ContainerNetwork;
import io.callbacks.deployer.docker.DockerProperties.Address;
import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.Platform.StartResult;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.docker.DockerEngine;
import io.callbacks.event.Failure;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
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
class DockerPlatformIT {
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final String HELLO =
            """
            import os
            def handler(event):
                print('called')
                return os.environ.get('GREETING', 'none')
            """;
    private static final String CONNECTS =
            """
            import os, socket
            def handler(event):
                try:
                    socket.create_connection((os.environ['TO'], int(os.environ['PORT'])), 2).close()
                    return 'connected'
                except OSError as error:
                    return type(error).__name__
            """;

    private TestImages images;
    private InstanceTokens tokens;
    private String hello;
    private TestPlatform one;

    @BeforeAll
    void makeImages(@TempDir Path directory) {
        images = new TestImages(directory);
        tokens = InstanceTokens.in(directory.resolve("keys"));
        hello = images.of(HELLO);
    }

    @AfterAll
    void removeImages() throws IOException {
        if (images != null) {
            images.close();
        }
    }

    @BeforeEach
    void begin() {
        one = TestPlatform.on(images.engine(), tokens, true);
        one.platform.begin(List.of());
    }

    @AfterEach
    void end() {
        one.close();
    }

    // --- as it should be

    @Test
    void startsAnswersAndStops() {
        var instance = one.started(hello, Map.of("GREETING", "hello"));
        assertThat(call(instance).body()).isEqualTo("\"hello\"");
        assertThat(one.platform.instances()).containsExactly(instance);
        await().until(() -> one.log.messages().contains("called"));
        one.platform.stop(instance.id(), DRAIN);
        one.platform.stop(instance.id(), DRAIN);
        assertThat(one.platform.instances()).isEmpty();
        assertThat(one.containers()).isEmpty();
        assertThat(one.ends).isEmpty();
    }

    @Test
    void answersAtItsOwnAddress() {
        try (var other = TestPlatform.on(images.engine(), tokens, true, Address.CONTAINER)) {
            other.platform.begin(List.of());
            var instance = other.started(hello);
            assertThat(instance.url().getPort()).isEqualTo(ContainerRequest.PORT);
            assertThat(call(instance).body()).isEqualTo("\"none\"");
            assertThat(other.platform.instances()).containsExactly(instance);
        }
    }

    @Test
    void finishesWhatItHasWhenStopped() {
        var slow =
                one.started(
                        images.of(
                                "import time\ndef handler(event):\n    time.sleep(1)\n    return 'done'\n"));
        var answer = new FutureTask<>(() -> call(slow).body());
        Thread.startVirtualThread(answer);
        await().until(() -> get(slow, "/_callbacks/stats").body().contains("\"in_flight\": 1"));
        one.platform.stop(slow.id(), DRAIN);
        assertThat(answer).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("\"done\"");
    }

    @Test
    void handsEnvAndTokenOverOnStandardInputAlone() {
        var instance = one.started(hello, Map.of("GREETING", "canary-4711"));
        assertThat(call(instance).body()).isEqualTo("\"canary-4711\"");
        assertThat(one.everythingOf(instance))
                .doesNotContain("canary-4711")
                .doesNotContain(instance.token())
                .contains("CALLBACKS_INSTANCE=" + instance.id());
        assertThat(get(instance, "/_callbacks/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void boxesInstancesIn() {
        var instance =
                one.started(
                        images.of(
                                """
                                import os
                                def refused(path):
                                    try:
                                        open(path, 'w').close()
                                        return False
                                    except OSError:
                                        return True
                                def handler(event):
                                    status = dict(l.split(':', 1) for l in open('/proc/self/status'))
                                    return {k: status[k].strip() for k in ('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp')} | {
                                        'user': os.getuid(), 'dies': open('/proc/self/oom_score_adj').read().strip(), 'first': open('/proc/1/comm').read().strip(),
                                        'root': refused('/opt/callbacks/x'), 'tmp': refused('/tmp/x'), 'work': refused('/work/x')}
                                """));
        assertThat(call(instance).body())
                .contains("\"CapEff\":\"0000000000000000\"")
                .contains("\"CapBnd\":\"0000000000000000\"")
                .contains(
                        "\"NoNewPrivs\":\"1\"",
                        "\"Seccomp\":\"2\"",
                        "\"user\":10001",
                        "\"dies\":\"500\"")
                .contains("\"first\":\"docker-init\"", "\"root\":true")
                .contains("\"tmp\":false", "\"work\":false");
        var host = requireNonNull(one.inspect(instance).getHostConfig());
        assertThat(host.getMemory()).isEqualTo(host.getMemorySwap()).isEqualTo(128L << 20);
        assertThat(host.getPidsLimit()).isEqualTo(64);
        assertThat(host.getCpuQuota()).isEqualTo(host.getCpuPeriod()).isPositive();
        assertThat(host.getRestartPolicy().getName()).isIn("", "no");
    }

    // --- what cannot start

    @Test
    void tellsThatTheHandlerCannotBeImported() {
        var failure = failed(images.of("import not_installed\ndef handler(event): pass\n"));
        assertThat(failure.kind()).isEqualTo("ModuleNotFoundError");
        assertThat(failure.packageName()).isEqualTo("not_installed");
        assertThat(one.containers()).isEmpty();
    }

    @Test
    void tellsThatTheFunctionEndsItsInstanceWhileItIsImported() {
        var image =
                images.of(
                        """
                        import os, signal, time
                        os.kill(os.getppid(), signal.SIGTERM)
                        time.sleep(5)
                        """);
        assertThat(failed(image).kind()).isEqualTo("InstanceEnded");
        assertThat(one.containers()).isEmpty();
    }

    @Test
    void tellsThatTheImageIsMissing() {
        var image = images.of(HELLO);
        images.remove(image);
        assertThat(failed(image).kind()).isEqualTo("image-missing");
        assertThat(one.containers()).isEmpty();
    }

    private Failure failed(String image) {
        var result = one.platform.start(one.spec(image, Map.of()));
        assertThat(result).isInstanceOf(StartResult.Failed.class);
        return ((StartResult.Failed) result).failure();
    }

    // --- what goes wrong later

    @Test
    void goesOnWhenAFunctionUsesTooMuchMemory() {
        var instance =
                one.started(
                        images.of(
                                """
                                import resource
                                def handler(event):
                                    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
                                    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
                                    return len(bytearray(int(event['path'][1:]) << 20))
                                """));
        var answer = get(instance, "/api/300");
        assertThat(answer.statusCode()).as(answer.body() + one.log.messages()).isEqualTo(502);
        until(() -> one.log.messages().stream().anyMatch(m -> m.contains("memory_mb")));
        until(() -> get(instance, "/api/1").statusCode() == 200);
        assertThat(one.ends).isEmpty();
    }

    @Test
    void tellsThatItWasKilled() {
        var instance = one.started(hello);
        one.docker().killContainerCmd(one.container(instance)).exec();
        until(() -> one.ends.size() == 1);
        assertThat(one.ends.getFirst().message()).contains("signal 9");
        assertThat(one.platform.instances()).isEmpty();
        assertThat(one.containers()).isEmpty();
    }

    @Test
    void tellsThatItWasRemovedByHand() {
        var instance = one.started(hello);
        one.docker().removeContainerCmd(one.container(instance)).withForce(true).exec();
        until(() -> one.ends.size() == 1);
        assertThat(one.ends.getFirst().message()).contains("removed by hand");
        assertThat(one.platform.instances()).isEmpty();
    }

    @Test
    void tellsThatItWasRestartedByHand() {
        var instance = one.started(hello);
        one.docker().restartContainerCmd(one.container(instance)).withTimeout(1).exec();
        until(() -> one.ends.size() == 1);
        until(() -> one.containers().isEmpty());
    }

    @Test
    void letsOneGoOnThatWasPausedByHand() {
        var instance = one.started(hello);
        one.docker().pauseContainerCmd(one.container(instance)).exec();
        assertThat(call(instance).statusCode()).isEqualTo(200);
        until(() -> one.platform.instances().contains(instance));
        assertThat(one.ends).isEmpty();
    }

    @Test
    void saysWhatIsMissingWhereThereIsNoEngine(@TempDir Path nowhere) throws IOException {
        try (var engine = DockerEngine.at("unix://" + nowhere.resolve("docker.sock"))) {
            var none = TestPlatform.on(engine, tokens, true);
            none.platform.begin(List.of());
            assertThat(none.platform.availability().available()).isFalse();
            assertThat(none.platform.availability().reason()).contains("install and start Docker");
            assertThatThrownBy(none.platform::instances).isInstanceOf(PlatformException.class);
            assertThatThrownBy(() -> none.started(hello)).isInstanceOf(PlatformException.class);
            none.platform.end();
        }
    }

    // --- lives of the deployer

    @Test
    void endsWithTheDeployer() {
        var instance = one.started(hello);
        one.platform.end();
        until(() -> Boolean.FALSE.equals(one.inspect(instance).getState().getRunning()));
    }

    @Test
    void removesWhatAFormerLifeLeft() {
        one.started(hello);
        one.platform.end();
        var next = one.next();
        next.platform.begin(List.of());
        until(() -> next.containers().isEmpty());
        next.close();
    }

    @Test
    void goesOnWithWhatLivesOn() {
        var former = TestPlatform.on(images.engine(), tokens, false);
        former.platform.begin(List.of());
        var instance = former.started(hello, Map.of("GREETING", "still here"));
        var other = former.started(hello);
        former.platform.end();
        try (var next = former.next()) {
            assertThat(next.platform.instances()).contains(instance, other);
            next.platform.begin(List.of(instance));
            until(() -> next.containers().equals(List.of(next.container(instance))));
            assertThat(call(instance).body()).isEqualTo("\"still here\"");
            until(() -> next.log.messages().contains("called"));
            next.platform.stop(instance.id(), DRAIN);
            assertThat(next.containers()).isEmpty();
        }
    }

    @Test
    void removesWhatTheEngineMakesAfterItWasGivenUpAndNothingOfOthers() {
        var slow = one.spec(images.of("import time\ntime.sleep(9)\n"), Map.of());
        var starting = new FutureTask<>(() -> one.platform.start(slow));
        Thread.startVirtualThread(starting);
        until(() -> one.isRunning(slow.id()));
        one.docker().killContainerCmd(one.container(slow.id())).exec();
        assertThatThrownBy(starting::get).hasCauseInstanceOf(PlatformException.class);
        var other = one.spec(hello, Map.of());
        one.make(slow);
        one.make(other);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> one.containers().equals(List.of(one.container(other.id()))));
    }

    // --- what they can reach

    @Test
    void keepsInstancesFromEachOther() {
        var target = one.started(hello);
        var address =
                one.inspect(target).getNetworkSettings().getNetworks().values().stream()
                        .map(ContainerNetwork::getIpAddress)
                        .findFirst()
                        .orElseThrow();
        assertThat(connecting(address, ContainerRequest.PORT)).isNotEqualTo("\"connected\"");
    }

    @Test
    void keepsInstancesFromServicesOfTheMachine() throws IOException {
        var can = one.platform.availability();
        assertThat(can.available()).as(can.reason()).isTrue();
        assumeTrue(maySetUpAFirewall(), "it takes root and iptables");
        assertThat(can.reason()).isNull();
        var gateway =
                NetworkInterface.getByName(CallbacksNetwork.BRIDGE)
                        .inetAddresses()
                        .filter(Inet4Address.class::isInstance)
                        .map(InetAddress::getHostAddress)
                        .findFirst()
                        .orElseThrow();
        try (var service = new ServerSocket(0, 5, InetAddress.getByName("0.0.0.0"))) {
            assertThat(connecting(gateway, service.getLocalPort()))
                    .isEqualTo("\"ConnectionRefusedError\"");
            assertThat(connecting("169.254.77.2", 80)).isEqualTo("\"ConnectionRefusedError\"");
        }
    }

    private static boolean maySetUpAFirewall() {
        return System.getProperty("user.name").equals("root")
                && Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(it -> Files.isExecutable(Path.of(it, "iptables")));
    }

    private String connecting(String address, int port) {
        var env = Map.of("TO", address, "PORT", Integer.toString(port));
        var instance = one.started(images.of(CONNECTS), env);
        var answer = call(instance).body();
        one.platform.stop(instance.id(), Duration.ZERO);
        return answer;
    }

    private static void until(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(50)).atMost(Duration.ofSeconds(15)).until(condition);
    }
}
