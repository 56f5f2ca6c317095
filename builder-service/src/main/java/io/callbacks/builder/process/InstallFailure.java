package io.callbacks.builder.process;

import io.callbacks.event.Failure;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads out of what an installer printed what went wrong and which package it is about. The first
 * rule that fits counts; what fits none is told as it was printed.
 */
final class InstallFailure {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";
    private static final int TAIL_LINES = 30;

    /**
     * A rule.
     *
     * @param message of what the pattern found; its first group is the package
     */
    private record Rule(
            String kind, Pattern pattern, Function<MatchResult, String> message, String hint) {}

    private static final List<Rule> ANY =
            List.of(
                    rule(
                            "disk-full",
                            "(?i)no space left on device|ENOSPC",
                            _ -> "The disk is full.",
                            "Free space where the platform keeps its data, then deploy again."),
                    rule(
                            "network",
                            "(?i)error sending request|dns error|failed to establish a new connection|NewConnectionError|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|read timed out|certificate verify failed|SELF_SIGNED_CERT",
                            _ -> "The package index cannot be reached.",
                            "See that the builder reaches its package index, then deploy again."));

    private static final List<Rule> PYTHON =
            List.of(
                    rule(
                            "package-not-found",
                            "Because (" + NAME + ") was not found in the package registry",
                            m -> "There is no package '" + m.group(1) + "'.",
                            "Check the spelling of its name."),
                    rule(
                            "version-not-found",
                            "(?:Because )?there (?:is|are) (?:no version of|only the following versions of|no versions of) ("
                                    + NAME
                                    + ")([^ ,]*)",
                            m -> "There is no version " + m.group(1) + m.group(2) + ".",
                            "Choose a version that the package index has."),
                    rule(
                            "incompatible-runtime",
                            "Because (" + NAME + ")[^ ]* has no wheels with a matching Python",
                            m -> "'" + m.group(1) + "' has no build for this Python.",
                            "Choose a newer version of it, or a type with another Python version."),
                    rule(
                            "incompatible-runtime",
                            "(?:because |the current Python version \\([^)]*\\) does not satisfy Python[^\\n]*?and )("
                                    + NAME
                                    + ")[^ ]* depends on Python",
                            m -> "'" + m.group(1) + "' needs another Python.",
                            "Choose another version of it, or a type with another Python version."),
                    rule(
                            "conflict",
                            "Because (?:only )?("
                                    + NAME
                                    + ")\\S* (?:depends on|requires) ([^\\n]*?)(?: and |, we|$)",
                            m ->
                                    "The requirements cannot be met together: '"
                                            + m.group(1)
                                            + "' needs "
                                            + m.group(2)
                                            + ".",
                            "Loosen or change one of the versions."),
                    rule(
                            "build-failed",
                            "Failed to (?:build|download and build)(?: wheels? for)?:? `?("
                                    + NAME
                                    + ")",
                            m -> "'" + m.group(1) + "' could not be built from source.",
                            "Choose a version that has a wheel for this Python, or see the log for what its build lacks."),
                    rule(
                            "package-not-found",
                            "No matching distribution found for (" + NAME + ")(?:\\s|$)",
                            m -> "There is no package '" + m.group(1) + "'.",
                            "Check the spelling of its name."),
                    rule(
                            "version-not-found",
                            "No matching distribution found for (" + NAME + ")[=<>!~]",
                            m ->
                                    "There is no such version of '"
                                            + m.group(1)
                                            + "' for this Python.",
                            "Choose a version that the package index has."),
                    rule(
                            "conflict",
                            "Cannot install .*?("
                                    + NAME
                                    + ")(?:==\\S+)? because these package versions have conflicting dependencies",
                            m ->
                                    "The requirements cannot be met together; '"
                                            + m.group(1)
                                            + "' is one of them.",
                            "Loosen or change one of the versions."));

    private static final List<Rule> NODE =
            List.of(
                    rule(
                            "package-not-found",
                            "(?s)code E404.*?The requested resource '((?:@[^/']+/)?[^@']+)@",
                            m -> "There is no package '" + m.group(1) + "'.",
                            "Check the spelling of its name."),
                    rule(
                            "package-not-found",
                            "(?s)code E404.*?'((?:@[^/']+/)?[^@']+)@[^']*' is not in this registry",
                            m -> "There is no package '" + m.group(1) + "'.",
                            "Check the spelling of its name."),
                    rule(
                            "version-not-found",
                            "No matching version found for ((?:@[^/\\s]+/)?[^@\\s]+)@(\\S+?)\\.?(?:\\s|$)",
                            m -> "There is no version " + m.group(2) + " of '" + m.group(1) + "'.",
                            "Choose a version that the registry has."),
                    rule(
                            "conflict",
                            "(?s)code ERESOLVE.*?Found: ((?:@[^/\\s]+/)?[^@\\s]+)@(\\S+).*?Could not resolve dependency:\\s+npm \\S+ (peer )?([^\\n]+)",
                            m ->
                                    "'"
                                            + m.group(1)
                                            + "' is wanted at "
                                            + m.group(2)
                                            + ", but also: "
                                            + m.group(4)
                                            + ".",
                            "Change one of the versions so that they go together."),
                    rule(
                            "incompatible-runtime",
                            "(?s)code EBADENGINE.*?Not compatible with your version of node/npm: ((?:@[^/\\s]+/)?[^@\\s]+)@",
                            m -> "'" + m.group(1) + "' needs another Node.js.",
                            "Choose another version of it, or a type with another Node.js version."),
                    rule(
                            "invalid-requirement",
                            "Invalid (?:package name|tag name|version) \"?([^\"\\s]+)",
                            m -> "'" + m.group(1) + "' is not a name or version of a package.",
                            "Write name and version as the registry has them."));

    private InstallFailure() {}

    private static Rule rule(
            String kind, String pattern, Function<MatchResult, String> message, String hint) {
        return new Rule(kind, Pattern.compile(pattern, Pattern.MULTILINE), message, hint);
    }

    static Failure ofPython(List<String> output) {
        return of(PYTHON, output);
    }

    static Failure ofNode(List<String> output) {
        return of(NODE, output);
    }

    private static Failure of(List<Rule> rules, List<String> output) {
        var text = unfolded(output);
        for (var rule : ANY) {
            if (rule.pattern().matcher(text).find()) {
                return failure(
                        rule.kind(),
                        null,
                        rule.message().apply(rule.pattern().matcher(text).toMatchResult()),
                        rule.hint(),
                        output);
            }
        }
        for (var rule : rules) {
            var found = rule.pattern().matcher(text);
            if (found.find()) {
                return failure(
                        rule.kind(),
                        found.group(1),
                        rule.message().apply(found),
                        rule.hint(),
                        output);
            }
        }
        return failure(
                "install-failed",
                null,
                "The dependencies could not be installed: " + lastWords(output),
                "See log_tail for what the installer says.",
                output);
    }

    /** Without the line breaks and drawing inside sentences that some installers print. */
    private static String unfolded(List<String> output) {
        return String.join("\n", output).replaceAll("\\n\\s*[│╰─▶×├]+\\s*", " ");
    }

    private static String lastWords(List<String> output) {
        return output.isEmpty() ? "it printed nothing." : output.getLast().strip();
    }

    static Failure failure(
            String kind,
            @Nullable String packageName,
            String message,
            String hint,
            List<String> output) {
        var from = Math.max(0, output.size() - TAIL_LINES);
        return new Failure(
                kind,
                packageName,
                message,
                hint,
                String.join("\n", output.subList(from, output.size())));
    }
}
