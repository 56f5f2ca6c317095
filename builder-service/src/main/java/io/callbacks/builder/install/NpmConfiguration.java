package io.callbacks.builder.install;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the operator's npmrc files say that packages come from, in variables that npm reads. */
final class NpmConfiguration {
    private static final Pattern SETTINGS =
            Pattern.compile(
                    "(?:@.+:)?registry|//.+|(?:https-)?proxy|no-?proxy|strict-ssl|fetch-.+|always-auth");
    private static final Pattern SETTING =
            Pattern.compile("\\s*([^#;=\\s][^=]*?)\\s*=\\s*(.*?)\\s*");
    private static final Pattern QUOTED = Pattern.compile("([\"'])(.*)\\1");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");

    private NpmConfiguration() {}

    /** The user's file counts more than the global one. */
    static Map<String, String> read(Map<String, String> environment) {
        var found = new TreeMap<String, String>();
        for (var file : files(environment)) {
            for (var line : ConfigurationFiles.lines(file)) {
                var setting = SETTING.matcher(line);
                if (setting.matches() && SETTINGS.matcher(setting.group(1)).matches()) {
                    found.put(
                            "NPM_CONFIG_" + setting.group(1),
                            expanded(unquoted(setting.group(2)), environment));
                }
            }
        }
        return Map.copyOf(found);
    }

    private static List<Path> files(Map<String, String> environment) {
        var files = new ArrayList<Path>();
        var global = environment.get("NPM_CONFIG_GLOBALCONFIG");
        var home = environment.get("HOME");
        var user = environment.get("NPM_CONFIG_USERCONFIG");
        if (global != null) {
            files.add(Path.of(global));
        } else {
            nodeDirectory(environment).ifPresent(bin -> files.add(bin.resolve("../etc/npmrc")));
        }
        if (user != null) {
            files.add(Path.of(user));
        } else if (home != null) {
            files.add(Path.of(home, ".npmrc"));
        }
        return files;
    }

    private static Optional<Path> nodeDirectory(Map<String, String> environment) {
        return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(directory -> !directory.isBlank())
                .map(Path::of)
                .filter(directory -> Files.isExecutable(directory.resolve("node")))
                .findFirst();
    }

    private static String unquoted(String value) {
        var quoted = QUOTED.matcher(value);
        return quoted.matches() ? quoted.group(2) : value;
    }

    private static String expanded(String value, Map<String, String> environment) {
        return VARIABLE.matcher(value)
                .replaceAll(
                        name ->
                                Matcher.quoteReplacement(
                                        Objects.requireNonNullElse(
                                                environment.get(name.group(1)), name.group())));
    }
}
