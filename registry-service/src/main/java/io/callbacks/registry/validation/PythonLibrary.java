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
    private static final String NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
    private static final String VERSION = "(?:===|~=|==|!=|<=|>=|<|>)\\s*[A-Za-z0-9.*+!_-]+";
    private static final String VERSIONS = VERSION + "(?:\\s*,\\s*" + VERSION + ")*";
    private static final Pattern LINE =
            Pattern.compile(
                    NAME
                            + ("\\s*(?:\\[\\s*" + NAME + "(?:\\s*,\\s*" + NAME + ")*\\s*])?")
                            + ("\\s*(?:" + VERSIONS + "|\\(\\s*" + VERSIONS + "\\s*\\))?")
                            + "\\s*(?:;[A-Za-z0-9_.'\"<>=!~() ,*+-]+)?");

    private PythonLibrary() {}

    static void check(String library, Fields fields) {
        var lines = library.split("\\R", -1);
        for (int i = 0; i < lines.length; i++) {
            var line = lines[i].replaceFirst("(^|\\s)#.*", "").strip();
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
