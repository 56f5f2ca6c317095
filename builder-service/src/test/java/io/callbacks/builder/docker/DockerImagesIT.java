package io.callbacks.builder.docker;

import static io.callbacks.builder.docker.Docker.docker;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.builder.build.BuiltImage;
import io.callbacks.builder.build.BuiltImage.Code;
import io.callbacks.builder.build.BuiltImage.Superseded;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** On the engine of this machine, with base images made on it. */
@ExtendWith(NeedsDocker.class)
class DockerImagesIT {
    private Place place;
    private Place other;
    private DockerImages images;

    @BeforeEach
    void start(@TempDir Path directory) {
        place = new Place(directory.resolve("one"));
        other = new Place(directory.resolve("other"));
        images = images("me");
    }

    private DockerImages images(String owner) {
        return new DockerImages(
                place.engine, place.labels, place.containers(owner, Duration.ofMinutes(1)));
    }

    @AfterEach
    void removeAll() throws IOException {
        place.close();
        other.close();
    }

    @Test
    void knowsItsOwnImagesAndNoOthers() {
        var mine = made(place, 1, "1");
        made(other, 1, "1");
        assertThat(images.present())
                .containsExactly(new Code(mine, "uid-" + place.labels.prefix(), 1));
    }

    @Test
    void knowsWhatHasLostItsName() {
        made(place, 1, "1");
        made(place, 1, "2");
        assertThat(images.present())
                .hasSize(2)
                .hasAtLeastOneElementOfType(Code.class)
                .hasAtLeastOneElementOfType(Superseded.class);
        images.present().forEach(images::remove);
        assertThat(images.present()).isEmpty();
    }

    @Test
    void removesNothingThatIsInUse() {
        var container = docker("create", made(place, 1, "1")).strip();
        var image = onlyOne();
        images.remove(image);
        assertThat(images.present()).containsExactly(image);
        docker("rm", container);
        images.remove(image);
        images.remove(image);
        assertThat(images.present()).isEmpty();
    }

    @Test
    void sweepsOnlyWhatItsOwnFormerLifeLeft() {
        var runtimes = place.runtimes(Map.of());
        var base = runtimes.made(runtimes.find("python").orElseThrow()).id();
        place.containers("me", Duration.ofMinutes(1)).copying(base);
        place.containers("another", Duration.ofMinutes(1)).copying(base);
        other.containers("me", Duration.ofMinutes(1)).copying(base);
        images.sweep();
        assertThat(place.buildContainers()).hasSize(1);
        assertThat(other.buildContainers()).hasSize(1);
        images("another").sweep();
        assertThat(place.buildContainers()).isEmpty();
    }

    private BuiltImage onlyOne() {
        assertThat(images.present()).hasSize(1);
        return images.present().getFirst();
    }

    private static String made(Place place, int number, String body) {
        var code = "def handler(event, context): return " + body;
        return place.sandbox()
                .image(place.revision(number, "python", Optional.empty(), "function.py", code))
                .orElseThrow();
    }
}
