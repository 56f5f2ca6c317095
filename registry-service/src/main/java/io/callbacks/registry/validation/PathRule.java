package io.callbacks.registry.validation;

import java.util.HashSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a callback's path may look like: literal segments, {@code {name}}, last {@code {name*}}. */
public final class PathRule {
    private static final int LONGEST = 512;
    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9._~-]+");
    private static final Pattern PARAMETER = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_]*)(\\*?)}");

    private PathRule() {}

    /** The path without its leading slash. */
    public static String normal(String path) {
        return path.startsWith("/") ? path.substring(1) : path;
    }

    /** What is wrong with a normal path; null if nothing is. */
    static @Nullable String wrong(String path) {
        if (path.length() > LONGEST) {
            return "'path' is longer than " + LONGEST + " characters.";
        }
        var names = new HashSet<String>();
        var segments = path.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            var wrong = wrong(segments[i], i == segments.length - 1, names);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private static @Nullable String wrong(String segment, boolean last, HashSet<String> names) {
        var parameter = PARAMETER.matcher(segment);
        if (parameter.matches()) {
            if (!names.add(parameter.group(1))) {
                return "'path' has two parameters named '" + parameter.group(1) + "'.";
            }
            return last || parameter.group(2).isEmpty()
                    ? null
                    : "'path' has "
                            + segment
                            + " before its end; only the last segment may be one.";
        }
        if (segment.isEmpty()) {
            return "'path' has an empty segment; write segments divided by one slash, such as shop/items/{id}.";
        }
        if (segment.equals(".") || segment.equals("..")) {
            return "'path' has the segment '" + segment + "', which no request can reach.";
        }
        return LITERAL.matcher(segment).matches()
                ? null
                : "'path' has the segment '%s'; use letters, digits and . _ ~ - or {name}."
                        .formatted(segment);
    }

    /** What must be unlike for two callbacks: the method and the path without parameter names. */
    public static String key(String method, String path) {
        return method + " " + path.replaceAll("\\{[^}*]+(\\*?)}", "{$1}");
    }
}
