package io.callbacks.builder.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.callbacks.builder.install.ContainerPlan;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.process.Language;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A program that carries a plan out and brings what came of it, in the language that is there. */
final class InstallScript {
    static final String CACHE = "/tmp/cache";

    private static final JsonMapper JSON = new JsonMapper();

    private InstallScript() {}

    /** Says nothing of what it will install: everybody who sees the pod sees its words. */
    static List<String> command(Language language) {
        return switch (language) {
            case PYTHON -> List.of("python3", "-I", "-B", "-c", text("install.py"));
            case NODE -> List.of("node", "-e", text("install.js"));
        };
    }

    private static String text(String name) {
        try (var in = InstallScript.class.getResourceAsStream(name)) {
            return new String(requireNonNull(in, name).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it reads, which is secret. */
    static String plan(ContainerPlan plan, OperatorSettings settings, byte[] extraCa, URI to) {
        return JSON.writeValueAsString(
                Map.of(
                        "words", plan.words(),
                        "environment", plan.environment(settings),
                        "file", plan.directory() + "/" + plan.file(),
                        "content", plan.content(),
                        "directory", ContainerPlan.LIBRARY,
                        "extra_ca", new String(extraCa, UTF_8),
                        "url", to.toString()));
    }
}
