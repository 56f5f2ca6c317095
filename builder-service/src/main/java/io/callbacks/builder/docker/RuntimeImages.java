package io.callbacks.builder.docker;

import static java.util.concurrent.TimeUnit.MINUTES;

import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.BuildResponseItem;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.ExtraCa;
import io.callbacks.process.Language;
import io.callbacks.runtimes.ImageContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that callbacks run in, each made on first need. Base images are looked at anew each
 * time: one that changed under its name makes another runtime.
 */
final class RuntimeImages {
    private static final Logger log = LoggerFactory.getLogger(RuntimeImages.class);
    private static final long BUILD_MINUTES = 10;
    private static final Pattern VERSION = Pattern.compile("(?:Python |v)(\\d+\\.\\d+\\.\\d+).*");

    private final Engine engine;
    private final BaseImages bases;
    private final BuildContainers containers;
    private final Path extraCa;
    private final Map<Language, Map<String, byte[]>> contexts = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> making = new ConcurrentHashMap<>();

    RuntimeImages(Engine engine, BaseImages bases, BuildContainers containers, Path extraCa) {
        this.engine = engine;
        this.bases = bases;
        this.containers = containers;
        this.extraCa = extraCa;
    }

    /** The one for a type, with or without a version; empty if there is none. */
    Optional<RuntimeImage> find(String type) {
        var language = Language.ofType(type);
        var named =
                bases.find(type).map(base -> RuntimeImage.on(base, language, context(language)));
        if (named.isPresent() || type.equals(language.lowerCase())) {
            return named;
        }
        return find(language.lowerCase())
                .filter(image -> language.type(version(image)).equals(type));
    }

    private String version(RuntimeImage image) {
        return made(image).labels().getOrDefault(Labels.VERSION, "0.0");
    }

    private Map<String, byte[]> context(Language language) {
        return contexts.computeIfAbsent(
                language,
                _ -> {
                    var files = new TreeMap<>(ImageContext.of(language.lowerCase()).files());
                    files.put("extra-ca.crt", ExtraCa.read(extraCa));
                    return files;
                });
    }

    /** As it is on the engine; made if it is not there. */
    EngineImage made(RuntimeImage image) {
        var there = engine.image(image.reference());
        if (there.isPresent()) {
            return there.get();
        }
        var lock = making.computeIfAbsent(image.reference(), _ -> new ReentrantLock());
        lock.lock();
        try {
            if (engine.image(image.reference()).isEmpty()) {
                make(image);
            }
            return engine.image(image.reference()).orElseThrow();
        } finally {
            lock.unlock();
        }
    }

    private void make(RuntimeImage image) {
        var begin = System.nanoTime();
        var version = ask(image);
        build(image, version);
        log.info(
                "Made runtime image={} version={} millis={}",
                image.reference(),
                version,
                (System.nanoTime() - begin) / 1_000_000);
    }

    private void build(RuntimeImage image, String version) {
        var labels = Map.of(Labels.ROLE, Role.RUNTIME.label(), Labels.VERSION, version);
        var output = new ArrayList<String>();
        try {
            engine.streams()
                    .buildImageCmd(Tar.of(context(image.language())).stream())
                    .withBuildArg("BASE_IMAGE", image.base())
                    .withNetworkMode("none")
                    .withForcerm(true)
                    .withLabels(labels)
                    .withTags(Set.of(image.reference()))
                    .exec(keeping(output))
                    .awaitImageId(BUILD_MINUTES, MINUTES);
        } catch (DockerClientException | DockerException e) {
            throw new SandboxException(
                    "the image of %s could not be made: %s: %s"
                            .formatted(
                                    image.language().lowerCase(),
                                    e.getMessage(),
                                    String.join("", output).strip()),
                    e);
        }
    }

    private static BuildImageResultCallback keeping(List<String> output) {
        return new BuildImageResultCallback() {
            @Override
            public void onNext(BuildResponseItem item) {
                if (item.getStream() != null) {
                    output.add(item.getStream());
                }
                super.onNext(item);
            }
        };
    }

    private String ask(RuntimeImage image) {
        var program = image.language() == Language.PYTHON ? "python3" : "node";
        var lines = new ArrayList<String>();
        try (var container = containers.asking(image.base())) {
            container.start();
            var end = container.run(List.of(program, "--version"), lines::add);
            return lines.stream()
                    .filter(_ -> end == End.DONE)
                    .map(VERSION::matcher)
                    .filter(found -> found.matches())
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new SandboxException(
                                            "%s in the base image %s does not tell its version: %s"
                                                    .formatted(program, image.base(), lines),
                                            null));
        }
    }
}
