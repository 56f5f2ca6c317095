package io.callbacks.deployer.docker;

import com.github.dockerjava.api.exception.NotFoundException;
import io.callbacks.docker.DockerEngine;
import io.callbacks.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** An engine with one of some images: those that have Python, or those that have iptables. */
public class NeedsDocker extends Needs {
    private final List<String> images;

    public NeedsDocker() {
        this(TestImages.BASES);
    }

    private NeedsDocker(List<String> images) {
        this.images = images;
    }

    /** For the tests of what sets up the firewall from an image. */
    static final class WithIptables extends NeedsDocker {
        WithIptables() {
            super(List.of(FirewallIT.IMAGE));
        }
    }

    @Override
    protected Optional<String> missing() {
        try (var engine = DockerEngine.at("")) {
            return engine.trouble().or(() -> missingImage(engine));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> missingImage(DockerEngine engine) {
        return images.stream().anyMatch(image -> isThere(engine, image))
                ? Optional.empty()
                : Optional.of("There is none of " + images + "; run runtimes/base-images.sh all.");
    }

    static boolean isThere(DockerEngine engine, String image) {
        try {
            engine.control().inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }
}
