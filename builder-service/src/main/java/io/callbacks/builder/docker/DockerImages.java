package io.callbacks.builder.docker;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import io.callbacks.builder.build.BuiltImage;
import io.callbacks.builder.build.Images;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The images of this installation on a Docker engine, known by its label. */
final class DockerImages implements Images {
    private static final Logger log = LoggerFactory.getLogger(DockerImages.class);

    private final Engine engine;
    private final Labels labels;
    private final BuildContainers containers;

    DockerImages(Engine engine, Labels labels, BuildContainers containers) {
        this.engine = engine;
        this.labels = labels;
        this.containers = containers;
    }

    @Override
    public String platform() {
        return "docker";
    }

    @Override
    public boolean keeps() {
        return true;
    }

    @Override
    public List<BuiltImage> present() {
        return Engine.calling(
                () ->
                        engine
                                .control()
                                .listImagesCmd()
                                .withLabelFilter(labels.ours())
                                .exec()
                                .stream()
                                .flatMap(image -> known(image).stream())
                                .toList());
    }

    private static Optional<BuiltImage> known(Image image) {
        var labels = image.getLabels();
        var tags = image.getRepoTags();
        if (tags == null || tags.length == 0 || tags[0].startsWith("<none>")) {
            return Optional.of(new BuiltImage.Superseded(image.getId()));
        }
        var role = labels.getOrDefault(Labels.ROLE, "");
        if (role.equals(Role.DEPS.label())) {
            return Optional.of(new BuiltImage.Dependencies(tags[0], image.getId()));
        }
        return role.equals(Role.CODE.label())
                ? Optional.of(
                        new BuiltImage.Code(
                                tags[0],
                                labels.getOrDefault(Labels.UID, ""),
                                Integer.parseInt(labels.getOrDefault(Labels.REVISION, "0"))))
                : Optional.empty();
    }

    /** Not by force: an image that a container is made of stays. */
    @Override
    public void remove(BuiltImage image) {
        Engine.calling(
                () -> {
                    try {
                        engine.control().removeImageCmd(image.reference()).exec();
                        log.info("Removed image={}", image.reference());
                    } catch (ConflictException e) {
                        log.debug("In use still: image={}", image.reference());
                    } catch (NotFoundException e) {
                        log.debug("Removed by another: image={}", image.reference());
                    }
                    return image;
                });
    }

    @Override
    public void sweep() {
        Engine.calling(
                () -> {
                    containers.removeOwn();
                    containers.removeForsaken();
                    return containers;
                });
    }
}
