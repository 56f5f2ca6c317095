package io.callbacks.kubernetes;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The image of each type that can be deployed: a plain one, which has the language and {@code tar}.
 *
 * @param byType {@code python} and {@code node} have defaults
 */
public record LanguageImages(Map<String, String> byType) {
    private static final Map<String, String> USUAL =
            Map.of("python", "python:3.11-slim", "node", "node:22-slim");

    public LanguageImages {
        var all = new HashMap<>(USUAL);
        all.putAll(byType);
        byType = Map.copyOf(all);
    }

    /** What can be deployed, in order. */
    public List<String> types() {
        return byType.keySet().stream().sorted().toList();
    }
}
