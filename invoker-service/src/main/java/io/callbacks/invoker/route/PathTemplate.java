package io.callbacks.invoker.route;

import java.util.ArrayList;
import java.util.List;

/**
 * A registered path, such as {@code shop/items/{id}} or {@code files/{path*}}.
 *
 * @param text as registered, without a leading slash
 */
public record PathTemplate(String text, List<Part> parts) {
    /** What one segment of a template asks of a path. */
    public sealed interface Part {
        /** Exactly this. */
        record Literal(String text) implements Part {}

        /** One segment that is not empty. */
        record Parameter(String name) implements Part {}

        /** All segments that are left, none included. */
        record Rest(String name) implements Part {}
    }

    public PathTemplate {
        parts = List.copyOf(parts);
    }

    /** Reads a template the registry has accepted; a leading slash is optional. */
    public static PathTemplate parse(String path) {
        var text = path.startsWith("/") ? path.substring(1) : path;
        var parts = new ArrayList<Part>();
        for (var segment : text.split("/", -1)) {
            parts.add(part(segment));
        }
        return new PathTemplate(text, parts);
    }

    private static Part part(String segment) {
        if (!segment.startsWith("{") || !segment.endsWith("}")) {
            return new Part.Literal(segment);
        }
        var name = segment.substring(1, segment.length() - 1);
        return name.endsWith("*")
                ? new Part.Rest(name.substring(0, name.length() - 1))
                : new Part.Parameter(name);
    }
}
