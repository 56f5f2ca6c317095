package io.callbacks.builder.docker;

import static io.callbacks.builder.docker.Docker.answer;
import static io.callbacks.builder.docker.Docker.docker;
import static io.callbacks.builder.docker.Docker.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callbacks.builder.build.Sandbox.Outcome;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.docker.DockerEngine;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** On the engine of this machine, with base images made on it. */
@ExtendWith(NeedsDocker.class)
class DockerSandboxIT {
    private static final String CONFIGURATION =
            "{\"token\": \"t\", \"env\": {}, \"env_version\": 1, \"generation\": 1}";

    private static Place place;

    @BeforeAll
    static void start(@TempDir Path directory) {
        place = new Place(directory);
    }

    @AfterAll
    static void removeAll() throws IOException {
        place.close();
    }

    @AfterEach
    void leavesNoContainer() {
        assertThat(place.buildContainers()).isEmpty();
    }

    @Test
    void installsForPythonAndMakesAnImageThatServes() {
        var layer = installed("python", "requests==2.32.3");
        assertThat(place.log.lines()).contains("installing by pip");
        assertThat(place.log.lines()).anyMatch(line -> line.startsWith("Successfully installed"));
        var image =
                image(
                        1,
                        "python",
                        Optional.of(layer),
                        "function.py",
                        "import requests\ndef handler(event, context): return 1\n");
        assertThat(listeningOf(image)).contains("\"event\": \"listening\"");
        assertThat(in(image, "ls", "/opt/callbacks/library/requests/__pycache__"))
                .contains("sessions.cpython");
        assertThat(
                        in(
                                image,
                                "sh",
                                "-c",
                                "id -u; ls -A /tmp; stat -c %u:%a /opt/callbacks/function/*"))
                .isEqualTo("10001\n0:644\n");
    }

    /** It has been published in sources alone. */
    @Test
    void buildsWhatIsNoWheelAndKeepsNothingOfItForOthers() {
        var layer = installed("python", "docopt==0.6.2");
        assertThat(place.log.lines())
                .anyMatch(line -> line.startsWith("Not all of it is there as wheels"))
                .anyMatch(line -> line.contains("docopt-0.6.2.tar.gz"));
        assertThat(in(layer.digest(), "ls", "/opt/callbacks/library")).contains("docopt.py");
        var cache = "callbacks-cache-" + place.labels.prefix() + ":/cache:ro";
        assertThat(docker("run", "--rm", "--volume", cache, layer.digest(), "find", "/cache"))
                .doesNotContain("wheels");
    }

    @Test
    void installsForNodeAndMakesAnImageThatServes() {
        var layer = installed("node", "{\"dependencies\":{\"axios\":\"1.7.9\"}}");
        assertThat(place.log.lines()).contains("installing by npm");
        var image =
                image(
                        2,
                        "node",
                        Optional.of(layer),
                        "function.mjs",
                        "import axios from 'axios';\nexport const handler = async () => axios.name;\n");
        assertThat(listeningOf(image)).contains("\"event\":\"listening\"");
        assertThat(
                        in(
                                image,
                                "sh",
                                "-c",
                                "cd /opt/callbacks/library; find . -name '*package-lock.json'"))
                .isEmpty();
    }

    @Test
    void makesTheImageOfARevisionSoonAndOnce() {
        var revision =
                place.revision(
                        3, "python", Optional.empty(), "function.py", "def handler(e, c): pass");
        place.sandbox().image(revision); // the runtime image may have to be made
        var other =
                place.revision(
                        3, "python", Optional.empty(), "function.py", "def handler(e, c): 1");
        var begin = System.nanoTime();
        var reference = place.sandbox().image(other).orElseThrow();
        System.out.printf("code image: %d ms%n", (System.nanoTime() - begin) / 1_000_000);
        var id = id(reference);
        assertThat(place.sandbox().image(other)).contains(reference);
        assertThat(id(reference)).isEqualTo(id);
        assertThat(docker("image", "inspect", "--format", "{{json .Config.Labels}}", reference))
                .contains("\"callbacks.io/role\":\"code\"")
                .contains("\"callbacks.io/callback\":\"7\"")
                .contains("\"callbacks.io/revision\":\"3\"");
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
        var outcome = place.install(place.sandbox(), "python", "numpy", () -> true);
        assertThat(outcome).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void isInTroubleIfTheContainerIsEndedFromOutside() {
        var asked = new AtomicInteger();
        BooleanSupplier kill =
                () -> {
                    if (asked.incrementAndGet() == 1) {
                        place.buildContainers().forEach(id -> docker("kill", id));
                    }
                    return false;
                };
        assertThatThrownBy(() -> place.install(place.sandbox(), "python", "numpy", kill))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("ended from outside");
    }

    @Test
    void endsWhatTakesTooLong() {
        var sandbox = place.sandbox(Map.of(), Duration.ofMillis(300), Place.LARGE);
        assertThat(rejected(sandbox, "python", "numpy").kind()).isEqualTo("timeout");
    }

    @Test
    void refusesWhatIsTooLarge() {
        var sandbox = place.sandbox(Map.of(), Place.PATIENCE, 1000);
        assertThat(rejected(sandbox, "python", "six").kind()).isEqualTo("too-large");
    }

    @Test
    void leavesNothingOfTheOperatorsSettingsInImages() {
        var secret = "canary-of-the-operator";
        var environment =
                Map.of(
                        "NPM_CONFIG_//registry.invalid/:_authToken", secret,
                        "NPM_CONFIG_USER_AGENT", secret);
        var sandbox = place.sandbox(environment, Place.PATIENCE, Place.LARGE);
        var outcome = place.install(sandbox, "node", "{\"dependencies\":{\"ms\":\"2.1.3\"}}");
        var id = ((Outcome.Installed) outcome).layer().digest();
        assertThat(docker("image", "inspect", id)).doesNotContain(secret);
        assertThat(docker("history", "--no-trunc", id)).doesNotContain(secret);
        assertThat(docker("save", id)).doesNotContain(secret).contains("node_modules/ms");
        assertThat(place.log.lines()).noneMatch(line -> line.contains(secret));
    }

    @Test
    void holdsWhatItInstalledUntilThatIsRemoved() {
        var layer = installed("node", "{\"dependencies\":{\"is-odd\":\"3.0.1\"}}");
        assertThat(place.sandbox().holds(layer)).isTrue();
        docker("image", "rm", layer.digest());
        assertThat(place.sandbox().holds(layer)).isFalse();
    }

    @Test
    void isAnotherRuntimeOnceItsBaseChangedUnderItsName() {
        var name = "callbacks-it/" + place.labels.prefix() + ":base";
        var images = Map.of("python", name);
        docker("tag", "callbacks/base-python:local", name);
        try {
            var before = place.runtimes(images).find("python").orElseThrow().identity();
            assertThat(before).isEqualTo(place.sandbox().runtime("python").orElseThrow());
            var container = docker("create", name, "true").strip();
            docker("commit", "--change", "ENV NEWER=1", container, name);
            docker("rm", container);
            assertThat(place.runtimes(images).find("python").orElseThrow().identity())
                    .isNotEqualTo(before);
        } finally {
            docker("image", "rm", name);
        }
    }

    @Test
    void servesAVersionedTypeByTheImageThatHasIt() {
        var sandbox = place.sandbox();
        assertThat(sandbox.runtime("node22")).isEqualTo(sandbox.runtime("node"));
        assertThat(sandbox.runtime("node6")).isEmpty();
        assertThat(sandbox.runtime("python2.7")).isEmpty();
    }

    @Test
    void isInTroubleWithoutAnEngine() {
        var engine = new Engine(() -> DockerEngine.at("unix:///no/such.sock"));
        assertThatThrownBy(() -> Engine.calling(engine::control))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("There is no Docker engine");
    }

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

    private static Failure rejected(DockerSandbox sandbox, String type, String library) {
        var outcome = place.install(sandbox, type, library);
        assertThat(outcome)
                .asInstanceOf(InstanceOfAssertFactories.type(Outcome.Rejected.class))
                .isNotNull();
        return ((Outcome.Rejected) outcome).failure();
    }

    private static String image(
            int number, String type, Optional<Layer> dependencies, String file, String code) {
        return place.sandbox()
                .image(place.revision(number, type, dependencies, file, code))
                .orElseThrow();
    }

    private static String id(String reference) {
        return lines("image", "inspect", "--format", "{{.Id}}", reference).getFirst();
    }

    private static String in(String image, String... words) {
        var all = new ArrayList<>(List.of("run", "--rm", "--network", "none", image));
        all.addAll(List.of(words));
        return docker(all.toArray(String[]::new));
    }

    /** What an instance says first; its lifeline ends then. */
    private static String listeningOf(String image) {
        return answer(
                CONFIGURATION,
                "run",
                "--rm",
                "--interactive",
                "--read-only",
                "--tmpfs",
                "/tmp",
                "--tmpfs",
                "/work",
                "--cap-drop",
                "ALL",
                "--network",
                "none",
                image);
    }
}
