package io.callbacks.deployer.kubernetes;

import static io.callbacks.deployer.kubernetes.TestPlatform.call;
import static io.callbacks.deployer.kubernetes.TestPlatform.get;
import static io.callbacks.deployer.kubernetes.TestPlatform.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.Platform.StartResult;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import io.callbacks.event.Layer.Role;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NeedsCluster.class)
@TestInstance(Lifecycle.PER_CLASS)
class KubernetesPlatformIT {
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final String HELLO =
            """
            import os
            def handler(event):
                print('called')
                return os.environ.get('GREETING', 'none')
            """;

    private TestCluster cluster;
    private TestLayers layers;
    private InstanceTokens tokens;
    private Layer hello;
    private TestPlatform one;

    @BeforeAll
    void connect(@TempDir Path directory) {
        cluster = new TestCluster();
        layers = new TestLayers(directory, cluster.apiServer());
        tokens = InstanceTokens.in(directory.resolve("keys"));
        hello = layers.of(HELLO);
    }

    @AfterAll
    void disconnect() {
        if (layers != null) {
            layers.close();
            cluster.close();
        }
    }

    @BeforeEach
    void begin() {
        one = TestPlatform.on(cluster, layers, tokens);
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
        until(() -> one.log.messages().contains("called"));
        one.platform.stop(instance.id(), DRAIN);
        one.platform.stop(instance.id(), DRAIN);
        assertThat(one.platform.instances()).isEmpty();
        until(() -> one.objects().isEmpty());
        assertThat(one.ends).isEmpty();
    }

    @Test
    void bringsTheLibraryAlong() {
        var library = layers.layer(Role.DEPS, "greeting.py", "text = 'of the library'\n");
        var code = layers.of("import greeting\ndef handler(event):\n    return greeting.text\n");
        var instance = one.started(one.spec(List.of(code, library), Map.of(), 64));
        assertThat(call(instance).body()).isEqualTo("\"of the library\"");
    }

    @Test
    void finishesWhatItHasWhenStopped() {
        var slow =
                one.started(
                        layers.of(
                                "import time\ndef handler(event):\n    time.sleep(1)\n    return 'done'\n"));
        var answer = new FutureTask<>(() -> call(slow).body());
        Thread.startVirtualThread(answer);
        until(() -> get(slow, "/_callbacks/stats").body().contains("\"in_flight\": 1"));
        one.platform.stop(slow.id(), DRAIN);
        assertThat(answer).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("\"done\"");
    }

    @Test
    void keepsSecretsInTheSecretAloneUntilTheyAreKnown() {
        var instance = one.started(hello, Map.of("GREETING", "canary-4711"));
        assertThat(call(instance).body()).isEqualTo("\"canary-4711\"");
        assertThat(Serialization.asYaml(one.pod(instance).get()))
                .doesNotContain("canary-4711", instance.token(), "signature=")
                .contains("CALLBACKS_INSTANCE");
        var secret = one.secret(instance);
        assertThat(secret.getData().values()).allMatch(String::isEmpty);
        assertThat(secret.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(o -> assertThat(o.getName()).isEqualTo("callbacks-" + instance.id()));
        assertThat(get(instance, "/_callbacks/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void takesAnotherEnvWhileItRuns() {
        var instance = one.started(hello, Map.of("GREETING", "one"));
        var change = "{\"version\": 2, \"generation\": 2, \"env\": {\"GREETING\": \"two\"}}";
        assertThat(put(instance, "/_callbacks/env", change).statusCode()).isEqualTo(200);
        assertThat(call(instance).body()).isEqualTo("\"two\"");
        assertThat(one.platform.instances()).containsExactly(instance);
    }

    @Test
    void boxesInstancesIn() {
        var instance =
                one.started(
                        layers.of(
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
                                        'user': os.getuid(), 'first': open('/proc/1/comm').read().strip(),
                                        'account': os.path.exists('/var/run/secrets/kubernetes.io'),
                                        'layers': os.path.exists('/run/callbacks/secret/layers'),
                                        'services': [n for n in os.environ if 'SERVICE' in n],
                                        'code': refused('/opt/callbacks/function/x'), 'root': refused('/opt/x'),
                                        'tmp': refused('/tmp/x'), 'work': refused('/work/x')}
                                """));
        assertThat(call(instance).body())
                .contains("\"CapEff\":\"0000000000000000\"")
                .contains("\"CapBnd\":\"0000000000000000\"")
                .contains("\"NoNewPrivs\":\"1\"", "\"Seccomp\":\"2\"", "\"user\":10001")
                .contains("\"first\":\"pause\"", "\"account\":false", "\"layers\":false")
                .contains("\"services\":[]", "\"code\":true", "\"root\":true")
                .contains("\"tmp\":false", "\"work\":false");
    }

    @Test
    void limitsWhatInstancesReach() {
        one.started(hello);
        var policy =
                cluster.client().network().v1().networkPolicies().list().getItems().stream()
                        .filter(p -> one.isOurs(p))
                        .findFirst()
                        .orElseThrow();
        assertThat(Serialization.asYaml(policy.getSpec()))
                .contains("169.254.0.0/16", "10.0.0.0/8", "fc00::/7")
                .contains("port: " + layers.urls().base().getPort());
        assertThat(one.platform.availability().available()).isTrue();
        assertThat(one.platform.availability().reason()).contains("NetworkPolicies");
    }

    // --- what cannot start

    @Test
    void tellsThatTheHandlerCannotBeImported() {
        var failure = failed(layers.of("import not_installed\ndef handler(event): pass\n"));
        assertThat(failure.kind()).isEqualTo("ModuleNotFoundError");
        assertThat(failure.packageName()).isEqualTo("not_installed");
        until(() -> one.objects().isEmpty());
    }

    @Test
    void tellsThatNoNodeHasRoom() {
        var result = one.platform.start(one.spec(List.of(hello), Map.of(), 4_000_000));
        var failure = ((StartResult.Failed) result).failure();
        assertThat(failure.kind()).isEqualTo("unschedulable");
        assertThat(failure.message()).contains("Insufficient memory");
        until(() -> one.objects().isEmpty());
    }

    @Test
    void tellsThatTheImageCannotBePulled() {
        try (var other = TestPlatform.on(cluster, layers, tokens, "127.0.0.1:1/none:1")) {
            other.platform.begin(List.of());
            var failure = ((StartResult.Failed) other.start(hello, Map.of())).failure();
            assertThat(failure.kind()).isEqualTo("image-not-pullable");
            assertThat(failure.message()).contains("127.0.0.1:1/none:1");
            until(() -> other.objects().isEmpty());
        }
    }

    @Test
    void tellsThatALayerIsMissing() {
        var failure = failed(TestLayers.missing());
        assertThat(failure.kind()).isEqualTo("layers-not-fetched");
        assertThat(failure.message()).contains("403").doesNotContain("signature");
        until(() -> one.objects().isEmpty());
    }

    @Test
    void tellsThatTheNamespaceTakesNoMore() {
        var quota =
                new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("full")
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("limits.memory", new Quantity("1Mi"))
                        .endSpec()
                        .build();
        var resource = cluster.client().resourceQuotas().resource(quota);
        resource.create();
        try {
            var failure = failed(hello);
            assertThat(failure.kind()).isEqualTo("pod-refused");
            assertThat(failure.message()).contains("exceeded quota");
            until(() -> one.objects().isEmpty());
        } finally {
            resource.delete();
        }
    }

    private Failure failed(Layer code) {
        var result = one.start(code, Map.of());
        assertThat(result).isInstanceOf(StartResult.Failed.class);
        return ((StartResult.Failed) result).failure();
    }

    // --- what goes wrong later

    @Test
    void goesOnOrTellsWhenAFunctionUsesTooMuchMemory() {
        var instance =
                one.started(
                        layers.of(
                                """
                                import resource
                                def handler(event):
                                    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
                                    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
                                    return len(bytearray(int(event['path'][1:]) << 20))
                                """));
        var answer = get(instance, "/api/300");
        assertThat(answer.statusCode()).as(answer.body() + one.log.messages()).isEqualTo(502);
        until(
                () ->
                        one.log.messages().stream().anyMatch(m -> m.contains("memory_mb"))
                                || one.ends.stream()
                                        .anyMatch(e -> e.message().contains("memory_mb")));
    }

    @Test
    void tellsThatItWasKilled() {
        var instance = one.started(hello);
        one.kill(instance);
        until(() -> one.ends.size() == 1);
        assertThat(one.ends.getFirst().message()).contains("signal 9");
        assertThat(one.platform.instances()).isEmpty();
        until(() -> one.objects().isEmpty());
    }

    @Test
    void tellsThatItWasRemovedByHand() {
        var instance = one.started(hello);
        one.pod(instance).delete();
        until(() -> one.ends.size() == 1);
        assertThat(one.ends.getFirst().message()).contains("removed by hand");
        assertThat(one.platform.instances()).isEmpty();
        until(() -> one.objects().isEmpty());
    }

    @Test
    void isNotToBlameForWhatTheClusterTakesAway() {
        var instance = one.started(hello);
        assertThat(one.pod(instance).evict()).isTrue();
        until(() -> one.losses.get() == 1);
        assertThat(one.ends).isEmpty();
        until(() -> one.objects().isEmpty());
    }

    @Test
    void hasSeveralTakenAwayOneAtATime() {
        var first = one.started(hello);
        var second = one.started(hello);
        until(() -> one.disruptionsAllowed() == 1);
        assertThat(one.pod(first).evict()).isTrue();
        assertThat(one.pod(second).evict()).isFalse();
        until(() -> one.losses.get() == 1);
        until(() -> one.disruptionsAllowed() == TestPlatform.NO_BUDGET);
        assertThat(one.pod(second).evict()).isTrue();
        until(() -> one.objects().isEmpty());
    }

    @Test
    void spreadsOverNodes() {
        var instance = one.started(hello);
        assertThat(one.pod(instance).get().getSpec().getTopologySpreadConstraints())
                .singleElement()
                .matches(spread -> spread.getTopologyKey().equals("kubernetes.io/hostname"))
                .matches(spread -> spread.getWhenUnsatisfiable().equals("ScheduleAnyway"));
    }

    @Test
    void saysWhatIsMissingWhereThereIsNoCluster() {
        var none = one.withoutCluster();
        none.begin(List.of());
        assertThat(none.availability().available()).isFalse();
        assertThat(none.availability().reason()).contains("There is no kubeconfig");
        assertThatThrownBy(none::instances).isInstanceOf(PlatformException.class);
        none.end();
    }

    // --- lives of the deployer

    @Test
    void removesWhatAFormerLifeLeft() {
        one.started(hello);
        one.platform.end();
        var next = one.next();
        next.platform.begin(List.of());
        until(() -> next.objects().isEmpty());
        next.close();
    }

    @Test
    void goesOnWithWhatLivesOn() {
        var instance = one.started(hello, Map.of("GREETING", "still here"));
        var other = one.started(hello);
        one.platform.end();
        try (var next = one.next()) {
            assertThat(next.platform.instances()).contains(instance, other);
            next.platform.begin(List.of(instance));
            until(() -> next.pods().size() == 1);
            assertThat(call(instance).body()).isEqualTo("\"still here\"");
            until(() -> next.log.messages().contains("called"));
            assertThat(next.platform.instances()).containsExactly(instance);
            next.platform.stop(instance.id(), DRAIN);
            until(() -> next.objects().isEmpty());
        }
    }

    @Test
    void touchesNothingOfAnotherInstallation() {
        try (var other = TestPlatform.on(cluster, layers, tokens)) {
            other.platform.begin(List.of());
            var instance = one.started(hello);
            assertThat(other.platform.instances()).isEmpty();
            other.platform.end();
            var next = other.next();
            next.platform.begin(List.of());
            until(() -> next.platform.availability().available());
            next.platform.stop(instance.id(), Duration.ZERO);
            assertThat(call(instance).statusCode()).isEqualTo(200);
            assertThat(one.objects()).hasSize(2);
            next.close();
        }
    }

    private static void until(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(100))
                .atMost(Duration.ofSeconds(30))
                .until(condition);
    }
}
