package io.callbacks.builder.process;

import io.callbacks.process.Interpreter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the operator told pip, told to uv, which does not read pip's configuration. */
final class PipSettings {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Pattern SETTING =
            Pattern.compile("(?:global|install|:env:)\\.([a-z-]+)=(['\"])(.*)\\2");

    private PipSettings() {}

    /** In uv's words, as far as uv was not told itself in {@code environment}. */
    static Map<String, String> forUv(
            Interpreter python, Path directory, Map<String, String> environment) {
        var words = List.of(python.executable().toString(), "-m", "pip", "config", "list");
        var ended =
                new Command(words, directory, environment, LONGEST).run(_ -> {}, Optional::empty);
        var all = new TreeMap<>(environment);
        for (var line : ended.tail()) {
            var setting = SETTING.matcher(line);
            if (setting.matches()) {
                translate(setting.group(1), setting.group(3).replace("\\n", " ").strip(), all);
            }
        }
        all.keySet().removeAll(environment.keySet());
        return Map.copyOf(all);
    }

    private static void translate(String name, String value, Map<String, String> all) {
        switch (name) {
            case "index-url" -> {
                if (!all.containsKey("UV_INDEX_URL")) {
                    all.putIfAbsent("UV_DEFAULT_INDEX", value);
                }
            }
            case "extra-index-url" -> {
                if (!all.containsKey("UV_EXTRA_INDEX_URL")) {
                    all.putIfAbsent("UV_INDEX", value);
                }
            }
            case "find-links" -> all.putIfAbsent("UV_FIND_LINKS", places(value));
            case "trusted-host" -> all.putIfAbsent("UV_INSECURE_HOST", value);
            case "no-index" -> all.putIfAbsent("UV_NO_INDEX", value);
            case "cert" -> all.putIfAbsent("SSL_CERT_FILE", value);
            default -> {} // not about where packages come from
        }
    }

    /** pip passes over directories that are not there, uv does not. */
    private static String places(String value) {
        return Arrays.stream(value.split("\\s+"))
                .filter(place -> place.contains("://") || isDirectory(place))
                .collect(Collectors.joining(","));
    }

    private static boolean isDirectory(String place) {
        try {
            return Files.isDirectory(Path.of(place));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
