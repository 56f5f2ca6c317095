package io.callbacks.builder.install;

import io.callbacks.process.Language;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an install gets of the builder's environment: where the operator says packages come from and
 * whom to trust, and nothing else.
 */
public final class OperatorSettings {
    private static final Map<Language, List<String>> PREFIXES =
            Map.of(
                    Language.PYTHON, List.of("PIP_", "UV_"),
                    Language.NODE, List.of("NPM_CONFIG_"));
    private static final String NOT_FOR_INSTALLS = "UV_PUBLISH_";
    private static final Set<String> OF_THIS_MACHINE = Set.of("PATH", "LANG", "TZ");
    private static final Pattern FILE = Pattern.compile("(?:/|~|file:).*", Pattern.DOTALL);
    private static final Set<String> NAMES =
            Set.of(
                    "PATH",
                    "LANG",
                    "TZ",
                    "SSL_CERT_FILE",
                    "SSL_CERT_DIR",
                    "REQUESTS_CA_BUNDLE",
                    "NODE_EXTRA_CA_CERTS",
                    "HTTP_PROXY",
                    "HTTPS_PROXY",
                    "ALL_PROXY",
                    "NO_PROXY");
    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i).*(?:password|passwd|token|secret|_auth|_key).*");
    private static final Pattern CREDENTIALS = Pattern.compile("(?<=[A-Za-z]://)[^\\s/@]*@");
    private static final int SHORTEST_SECRET = 8;

    private final Map<String, String> environment;
    private final Map<Language, Map<String, String>> files;
    private final List<String> secrets;

    private OperatorSettings(Map<String, String> environment) {
        this.environment = environment;
        this.files =
                Map.of(
                        Language.PYTHON, PipConfiguration.read(environment),
                        Language.NODE, NpmConfiguration.read(environment));
        this.secrets =
                Stream.concat(Stream.of(environment), files.values().stream())
                        .flatMap(settings -> settings.entrySet().stream())
                        .filter(e -> SECRET_NAME.matcher(e.getKey()).matches())
                        .map(Map.Entry::getValue)
                        .filter(value -> value.length() >= SHORTEST_SECRET)
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList();
    }

    /** Chooses from an environment. */
    public static OperatorSettings from(Map<String, String> environment) {
        return new OperatorSettings(Map.copyOf(environment));
    }

    /**
     * The environment of an install that has a home of its own; the operator's configuration files
     * are named in it.
     */
    public Map<String, String> with(Path home, Language language) {
        var chosen = new TreeMap<String, String>();
        environment.forEach(
                (name, value) -> {
                    if (isFor(language, name.toUpperCase(Locale.ROOT))) {
                        chosen.put(name, value);
                    }
                });
        if (language == Language.PYTHON) {
            name(chosen, "PIP_CONFIG_FILE", Path.of(".config", "pip", "pip.conf"));
            name(chosen, "UV_CONFIG_FILE", Path.of(".config", "uv", "uv.toml"));
        } else {
            name(chosen, "NPM_CONFIG_USERCONFIG", Path.of(".npmrc"));
        }
        chosen.put("HOME", home.toString());
        chosen.put("TMPDIR", home.toString());
        chosen.putIfAbsent("LANG", "C.UTF-8");
        return chosen;
    }

    /**
     * The same for an install in a container, which has no file of this machine: what configuration
     * files say is told by variables, what names a file is left out.
     */
    public Map<String, String> inContainer(Language language) {
        var chosen = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        chosen.putAll(files.getOrDefault(language, Map.of()));
        environment.forEach(
                (name, value) -> {
                    var upper = name.toUpperCase(Locale.ROOT);
                    if (isFor(language, upper) && !OF_THIS_MACHINE.contains(upper)) {
                        chosen.put(name, value);
                    }
                });
        chosen.values().removeIf(value -> FILE.matcher(value).matches());
        return chosen;
    }

    private static boolean isFor(Language language, String name) {
        return NAMES.contains(name)
                || PREFIXES.getOrDefault(language, List.of()).stream().anyMatch(name::startsWith)
                        && !name.startsWith(NOT_FOR_INSTALLS);
    }

    private void name(Map<String, String> chosen, String variable, Path file) {
        var home = environment.get("HOME");
        if (home != null && Files.isReadable(Path.of(home).resolve(file))) {
            chosen.putIfAbsent(variable, Path.of(home).resolve(file).toString());
        }
    }

    /** A line without credentials: those in addresses, and the operator's own wherever they are. */
    public String masked(String line) {
        var masked = CREDENTIALS.matcher(line).replaceAll("********@");
        for (var secret : secrets) {
            masked = masked.replace(secret, "********");
        }
        return masked;
    }
}
