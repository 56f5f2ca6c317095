package io.callbacks.builder.kubernetes;

import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.process.Interpreters;
import io.callbacks.process.Language;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What the images of a cluster are, each asked once. */
final class ClusterRuntimes {
    private final ClusterJobs jobs;
    private final Map<String, String> images;
    private final Map<String, ClusterRuntime> known = new ConcurrentHashMap<>();

    /** {@code images} by type. */
    ClusterRuntimes(ClusterJobs jobs, Map<String, String> images) {
        this.jobs = jobs;
        this.images = images;
    }

    /** The one for a type, with or without a version; empty if there is none. */
    Optional<ClusterRuntime> find(String type) {
        var language = Language.ofType(type);
        var image = images.get(type);
        if (image != null) {
            return Optional.of(known.computeIfAbsent(image, _ -> ask(image, language)));
        }
        return type.equals(language.lowerCase())
                ? Optional.empty()
                : find(language.lowerCase())
                        .filter(runtime -> runtime.interpreter().type().equals(type));
    }

    private ClusterRuntime ask(String image, Language language) {
        var program = language == Language.PYTHON ? "python3" : "node";
        var lines = new ArrayList<String>();
        try (var job = jobs.asking(image, Interpreters.question(program, language))) {
            var end = job.run(lines::add);
            return Optional.of(lines)
                    .filter(_ -> end == End.DONE)
                    .flatMap(answer -> Interpreters.answered(language, answer))
                    .map(interpreter -> new ClusterRuntime(image, interpreter))
                    .orElseThrow(
                            () ->
                                    new SandboxException(
                                            "%s in the image %s does not tell what it is: %s"
                                                    .formatted(program, image, lines),
                                            null));
        }
    }
}
