package io.callbacks.registry.validation;

import java.util.regex.Pattern;

/**
 * Requirement lines as far as they name packages of the index: name, extras, versions, markers.
 *
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/dependency-specifiers/">Dependency
 *     specifiers</a>
 */
final class PythonLibrary {
    private static final String NAME = "[A-Za-z0-9]++(?:[._-]++[A-Za-z0-9]++)*+";
    private static final String VERSION = "(?:===|~=|==|!=|<=|>=|<|>)\\s*+[A-Za-z0-9.*+!_-]++\\s*+";
    private static final String VERSIONS = VERSION + "(?:,\\s*+" + VERSION + ")*+";

    /** Nothing in it backtracks: a pattern that does takes hours, or the stack, when asked to. */
    private static final Pattern LINE =
            Pattern.compile(
                    NAME
                            + "\\s*+"
                            + ("(?:\\[\\s*+" + NAME + "\\s*+(?:,\\s*+" + NAME + "\\s*+)*+]\\s*+)?+")
                            + ("(?:" + VERSIONS + "|\\(\\s*+" + VERSIONS + "\\)\\s*+)?+")
                            + "(?:;[A-Za-z0-9_.'\"<>=!~() ,*+-]++)?+");

    /** What Python takes for the end of a line; behind it a comment would end unseen. */
    private static final Pattern END_OF_LINE = Pattern.compile("\\R|[\\x1c-\\x1e]");

    private static final Pattern COMMENT = Pattern.compile("(?:^|\\s)#.*+");

    private PythonLibrary() {}

    static void check(String library, Fields fields) {
        var lines = END_OF_LINE.split(library, -1);
        for (int i = 0; i < lines.length; i++) {
            var line = COMMENT.matcher(lines[i]).replaceFirst("").strip();
            if (!line.isEmpty() && !LINE.matcher(line).matches()) {
                fields.fault(
                        "library",
                        "invalid-library",
                        "Line %d of 'library': %s".formatted(i + 1, why(line)));
            }
        }
    }

    private static String why(String line) {
        var shown = Fault.shown(line);
        if (line.startsWith("-") || line.contains(" --")) {
            return "options are not allowed here: '" + shown + "'.";
        }
        if (line.contains("@") || line.contains("/") || line.contains(":")) {
            return "URLs, paths and git references are not allowed: '"
                    + shown
                    + "'; name a package of the index.";
        }
        return "'" + shown + "' is not a requirement; write name==version, one a line.";
    }
}
