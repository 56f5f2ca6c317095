package io.callbacks.builder.install;

import io.callbacks.event.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads out of what an installer printed what went wrong and which package it is about. The first
 * rule that fits counts; what fits none is told as it was printed. Rules see the output as one
 * line, since installers break and draw around their sentences as they like.
 */
public final class InstallFailure {
    private static final String NAME = "([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)";
    private static final String NODE_NAME = "((?:@[^/\\s@]+/)?[^@\\s/']+)";
    private static final int TAIL_LINES = 30;
    private static final int TAIL_LENGTH = 8 * 1024;
    private static final int LONGEST_MESSAGE = 600;

    private static final String CHOOSE_VERSION = "Choose a version that the package index has.";
    private static final String CHECK_NAME = "Check the spelling of its name.";
    private static final String CHANGE_VERSIONS = "Loosen or change one of the versions.";
    private static final String WHEEL_OR_LOG =
            "Choose a version that has a wheel for this Python, or see the log for what its build lacks.";
    private static final String OTHER_RUNTIME =
            "Choose another version of it, or a type with another version of the language.";

    /** Drawing and line breaks between the words of a sentence. */
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s│╰─▶×├]+");

    /** A line in which a program says why it ended. */
    private static final Pattern LAST_WORDS =
            Pattern.compile("(?:\\w+\\.)*\\w*(?:Error|Exception): .+|(?:fatal )?error: .+");

    private static final Pattern NO_CAUSE =
            Pattern.compile(
                    "npm (?:error|ERR!)(?: (?:code|syscall|errno|path) .*)?|.*A complete log of this run.*|\\s*");

    /**
     * A rule.
     *
     * @param pattern its first group, if it has one, is the package
     * @param message of what the pattern found
     */
    private record Rule(
            String kind, Pattern pattern, Function<MatchResult, String> message, String hint) {}

    private static final Rule DISK_FULL =
            rule(
                    "disk-full",
                    "(?i)no space left on device|\\bENOSPC\\b",
                    _ -> "The disk is full.",
                    "Free space where the platform keeps its data, then deploy again.");

    private static final Rule NETWORK =
            rule(
                    "network",
                    "(?i)error sending request|dns error|failed to establish a new connection|NewConnectionError|code (?:ECONN\\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|\\w*_CERT\\w*)|read timed out|ReadTimeoutError|certificate verify failed|ERR_SOCKET_TIMEOUT|HTTP status server error|code E5\\d\\d",
                    _ -> "The package index cannot be reached.",
                    "See that the builder reaches its package index, then deploy again.");

    private static final List<Rule> PYTHON =
            List.of(
                    DISK_FULL,
                    rule(
                            "invalid-requirement",
                            "Couldn't parse requirement in \\S+ at position \\d+ cause: (?<why>.*?)(?: \\^|$)",
                            m -> "A requirement is not one: " + m.group("why").strip() + ".",
                            "Write name==version, one a line."),
                    rule(
                            "invalid-requirement",
                            "Invalid requirement: '(?<what>[^']*)'",
                            m -> "'" + m.group("what") + "' is not a requirement.",
                            "Write name==version, one a line."),
                    rule(
                            "package-not-found",
                            "[Bb]ecause " + NAME + " was not found in the ",
                            m -> noPackage(m.group(1)),
                            CHECK_NAME),
                    rule(
                            "version-not-found",
                            "there (?:is|are) no versions? of "
                                    + NAME
                                    + "(?<which>[^\\s,]*),? and you require",
                            m -> "There is no version " + m.group(1) + m.group("which") + ".",
                            CHOOSE_VERSION),
                    rule(
                            "version-not-found",
                            "only "
                                    + NAME
                                    + "(?<which>[=<>!~]\\S*) (?:is|are) available and you require (?<wanted>[^\\s,]+)",
                            m ->
                                    "There is no version %s; there is %s."
                                            .formatted(
                                                    m.group("wanted"),
                                                    m.group(1) + m.group("which")),
                            CHOOSE_VERSION),
                    rule(
                            "incompatible-runtime",
                            "[Bb]ecause "
                                    + NAME
                                    + "\\S* has no (?:usable wheels|wheels with a matching )",
                            m -> "'" + m.group(1) + "' has no build for this Python.",
                            OTHER_RUNTIME),
                    rule(
                            "incompatible-runtime",
                            "(?:[Bb]ecause|does not satisfy Python ?\\S* and) "
                                    + NAME
                                    + "\\S* (?:requires|depends on) (?<what>Python ?[^\\s,]*)",
                            m -> "'%s' needs %s.".formatted(m.group(1), m.group("what")),
                            OTHER_RUNTIME),
                    rule(
                            "incompatible-runtime",
                            "Package '"
                                    + NAME
                                    + "' requires a different Python: .*? not in '(?<what>[^']*)'",
                            m -> "'%s' needs Python %s.".formatted(m.group(1), m.group("what")),
                            OTHER_RUNTIME),
                    rule(
                            "incompatible-runtime",
                            "require a different python version: .*No matching distribution found for "
                                    + NAME,
                            m -> "'" + m.group(1) + "' needs another Python.",
                            OTHER_RUNTIME),
                    rule(
                            "conflict",
                            "(?<why>[Bb]ecause [^:]*?\\b"
                                    + NAME
                                    + "\\S* depends on .*? unsatisfiable)",
                            m -> "The requirements cannot be met together: " + m.group("why") + ".",
                            CHANGE_VERSIONS),
                    rule(
                            "conflict",
                            "[Bb]ecause you require "
                                    + NAME
                                    + "(?<one>\\S*) and (?<other>\\S+), we can conclude that your requirements are unsatisfiable",
                            m ->
                                    "The requirements cannot be met together: %s%s and %s."
                                            .formatted(
                                                    m.group(1), m.group("one"), m.group("other")),
                            CHANGE_VERSIONS),
                    rule(
                            "conflict",
                            "conflict is caused by: (?<why>The user requested "
                                    + NAME
                                    + ".*?|"
                                    + NAME
                                    + " \\S+ depends on .*?) (?:Additionally|To fix this)",
                            m -> "The requirements cannot be met together: " + m.group("why") + ".",
                            CHANGE_VERSIONS),
                    NETWORK,
                    rule(
                            "package-not-found",
                            "satisfies the requirement "
                                    + NAME
                                    + "[^\\s(]* (?:\\(from [^)]*\\) )?\\(from versions: none\\)",
                            m -> noPackage(m.group(1)),
                            CHECK_NAME),
                    rule(
                            "version-not-found",
                            "satisfies the requirement "
                                    + NAME
                                    + "(?<which>[^\\s(]*) (?:\\(from [^)]*\\) )?\\(from versions: ",
                            m -> "There is no version " + m.group(1) + m.group("which") + ".",
                            CHOOSE_VERSION),
                    rule(
                            "build-failed",
                            "Failed to (?:download and )?build [`']?" + NAME,
                            m -> notBuilt(m.group(1)),
                            WHEEL_OR_LOG),
                    rule(
                            "build-failed",
                            "(?:Failed building wheel for |.*Collecting )"
                                    + NAME
                                    + ".*subprocess-exited-with-error",
                            m -> notBuilt(m.group(1)),
                            WHEEL_OR_LOG),
                    rule(
                            "build-failed",
                            ".*Processing \\S*/([A-Za-z0-9._]+)-\\d\\S* .*subprocess-exited-with-error",
                            m -> notBuilt(m.group(1)),
                            WHEEL_OR_LOG),
                    rule(
                            "installer-missing",
                            "No module named pip$",
                            _ -> "This Python has no pip.",
                            "Install pip for the Python that runs this type."));

    private static final List<Rule> NODE =
            List.of(
                    DISK_FULL,
                    rule(
                            "installer-missing",
                            "\\bnpm: (?:command )?not found",
                            _ -> "This Node.js has no npm.",
                            "Install npm for the Node.js that runs this type."),
                    rule(
                            "package-not-found",
                            "code E404 .*?(?:resource )?'"
                                    + NODE_NAME
                                    + "@[^']*' (?:could not be found|is not in this registry)",
                            m -> noPackage(m.group(1)),
                            CHECK_NAME),
                    rule(
                            "version-not-found",
                            "No matching version found for "
                                    + NODE_NAME
                                    + "@(?<which>.+?)\\.? npm ",
                            m ->
                                    "There is no version %s of '%s'."
                                            .formatted(m.group("which"), m.group(1)),
                            "Choose a version that the registry has."),
                    rule(
                            "conflict",
                            "code ERESOLVE .*?Found: "
                                    + NODE_NAME
                                    + "@(?<one>\\S+) .*?Could not resolve dependency: npm \\S+ (?<other>.*?) npm ",
                            m ->
                                    "'%s' is there at %s, but wanted is: %s."
                                            .formatted(
                                                    m.group(1), m.group("one"), m.group("other")),
                            "Change one of the versions so that they go together."),
                    rule(
                            "incompatible-runtime",
                            "Not compatible with your version of node/npm: " + NODE_NAME + "@",
                            m -> "'" + m.group(1) + "' needs another Node.js.",
                            OTHER_RUNTIME),
                    rule(
                            "invalid-requirement",
                            "Invalid (?:package name|tag name|version):? \"?([^\"]+?)[\":]",
                            m -> "'" + m.group(1) + "' is not a name or version of a package.",
                            "Write name and version as the registry has them."),
                    NETWORK);

    private InstallFailure() {}

    private static Rule rule(
            String kind, String pattern, Function<MatchResult, String> message, String hint) {
        return new Rule(kind, Pattern.compile(pattern), message, hint);
    }

    private static String noPackage(String name) {
        return "There is no package '" + name + "'.";
    }

    private static String notBuilt(String name) {
        return "'" + name + "' could not be built from source";
    }

    static Failure ofPython(List<String> output) {
        return of(PYTHON, output);
    }

    static Failure ofNode(List<String> output) {
        return of(NODE, output);
    }

    /** There is no such program where it should run. */
    public static Failure missing(String program, String hint) {
        return failure(
                "installer-missing", null, "There is no " + program + " here.", hint, List.of());
    }

    /** What was installed holds something that a layer must not hold. */
    public static Failure unfit(String why, List<String> output) {
        return failure(
                "unfit-files",
                null,
                "The dependencies cannot be a layer: " + why + ".",
                "Choose other versions, or packages that bring plain files.",
                output);
    }

    private static Failure of(List<Rule> rules, List<String> output) {
        var text = BETWEEN_WORDS.matcher(String.join(" ", output)).replaceAll(" ");
        for (var rule : rules) {
            var found = rule.pattern().matcher(text);
            if (found.find()) {
                return failure(
                        rule.kind(), name(found), whole(rule, found, output), rule.hint(), output);
            }
        }
        return failure(
                "install-failed",
                null,
                "The dependencies could not be installed: " + lastWords(output),
                "See log_tail for what the installer says.",
                output);
    }

    private static @Nullable String name(MatchResult found) {
        var named = found.namedGroups().values();
        for (int i = 1; i <= found.groupCount(); i++) {
            if (!named.contains(i) && found.group(i) != null) {
                return found.group(i);
            }
        }
        return null;
    }

    private static String whole(Rule rule, MatchResult found, List<String> output) {
        var message = rule.message().apply(found);
        return rule.kind().equals("build-failed") ? message + ": " + lastWords(output) : message;
    }

    /** The last line that says why; else the last one that says anything. */
    private static String lastWords(List<String> output) {
        var lines = new ArrayList<>(output.reversed());
        lines.removeIf(line -> NO_CAUSE.matcher(line).matches());
        return lines.stream()
                .map(String::strip)
                .filter(line -> LAST_WORDS.matcher(line).matches())
                .filter(line -> !line.contains("subprocess-exited-with-error"))
                .filter(line -> !line.contains("Failed to build"))
                .findFirst()
                .or(() -> lines.stream().map(String::strip).findFirst())
                .orElse("it printed nothing.");
    }

    static Failure failure(
            String kind,
            @Nullable String packageName,
            String message,
            String hint,
            List<String> output) {
        var from = Math.max(0, output.size() - TAIL_LINES);
        var tail = String.join("\n", output.subList(from, output.size()));
        return new Failure(
                kind,
                packageName,
                message.length() > LONGEST_MESSAGE
                        ? message.substring(0, LONGEST_MESSAGE) + "…"
                        : message,
                hint,
                tail.substring(Math.max(0, tail.length() - TAIL_LENGTH)));
    }
}
