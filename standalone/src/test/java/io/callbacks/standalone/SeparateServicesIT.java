package io.callbacks.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.embedded.FreePorts;
import io.callbacks.seal.SealKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The four services, each started as a JVM of its own from its own jar, are one platform. */
class SeparateServicesIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> SERVICES =
            List.of("registry", "builder", "deployer", "invoker");

    @TempDir Path data;
    private final List<Process> processes = new ArrayList<>();
    private final List<Integer> ports = FreePorts.several(SERVICES.size());
    private EmbeddedBroker broker;
    private EmbeddedStore store;

    @BeforeEach
    void startWhatTheyShare() {
        SealKeys.in(data.resolve("keys"));
        broker = EmbeddedBroker.start(data.resolve("kafka"));
        store = EmbeddedStore.start(data.resolve("store"));
    }

    @AfterEach
    void stopEverything() throws InterruptedException {
        processes.reversed().forEach(Process::destroy);
        for (var process : processes) {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        store.close();
        broker.close();
    }

    @Test
    void runTheSimpleExample() throws Exception {
        for (var service : SERVICES) {
            processes.add(start(service));
        }
        for (var service : SERVICES) {
            awaitReady(service);
        }
        assertThat(exitCodeOf(example())).as("see %s", data.resolve("example.log")).isZero();
    }

    /** Four JVMs that start at once may take longer than a user would wait. */
    private void awaitReady(String service) {
        await().atMost(Duration.ofMinutes(4))
                .ignoreExceptionsInstanceOf(StartFailure.class)
                .untilAsserted(() -> Readiness.await(service, url(service)));
    }

    private Process start(String service) throws IOException {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        jarOf(service).toString(),
                        "--server.port=" + url(service).getPort(),
                        "--callbacks.data=" + data,
                        "--callbacks.kafka=" + broker.address(),
                        "--callbacks.mongo=" + store.uri(),
                        "--callbacks.invoker.registry-url=" + url("registry"),
                        "--callbacks.invoker.builder-url=" + url("builder"),
                        "--callbacks.invoker.deployer-url=" + url("deployer")));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(data.resolve(service + ".log").toFile())
                .start();
    }

    private Process example() throws IOException {
        var example =
                new ProcessBuilder("bash", ROOT.resolve("examples/simple_test.sh").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(data.resolve("example.log").toFile());
        example.environment().put("CALLBACKS_URL", url("invoker").toString());
        return example.start();
    }

    private int exitCodeOf(Process example) throws Exception {
        assertThat(example.waitFor(3, TimeUnit.MINUTES)).isTrue();
        System.out.println(Files.readString(data.resolve("example.log")));
        return example.exitValue();
    }

    private URI url(String service) {
        return URI.create("http://127.0.0.1:" + ports.get(SERVICES.indexOf(service)));
    }

    private static Path jarOf(String service) throws IOException {
        var target = ROOT.resolve(service + "-service/target");
        try (var jars = Files.newDirectoryStream(target, "*-exec.jar")) {
            return jars.iterator().next();
        }
    }
}
