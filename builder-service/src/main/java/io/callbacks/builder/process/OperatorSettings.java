package io.callbacks.builder.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an install gets of the builder's environment: where the operator says packages come from and
 * whom to trust, and nothing else.
 */
final class OperatorSettings {
    private static final Set<String> PREFIXES = Set.of("PIP_", "UV_", "NPM_CONFIG_");
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

    private final Map<String, String> settings;

    private OperatorSettings(Map<String, String> settings) {
        this.settings = settings;
    }

    /** Chooses from an environment; the configuration files of pip and npm are named as well. */
    static OperatorSettings from(Map<String, String> environment) {
        var chosen = new TreeMap<String, String>();
        environment.forEach(
                (name, value) -> {
                    var upper = name.toUpperCase(Locale.ROOT);
                    if (NAMES.contains(upper) || PREFIXES.stream().anyMatch(upper::startsWith)) {
                        chosen.put(name, value);
                    }
                });
        var home = environment.get("HOME");
        if (home != null) {
            name(chosen, "NPM_CONFIG_USERCONFIG", Path.of(home, ".npmrc"));
            name(chosen, "PIP_CONFIG_FILE", Path.of(home, ".config", "pip", "pip.conf"));
        }
        return new OperatorSettings(chosen);
    }

    private static void name(Map<String, String> chosen, String variable, Path file) {
        if (Files.isReadable(file)) {
            chosen.putIfAbsent(variable, file.toString());
        }
    }

    /** The environment of an install that has a home of its own. */
    Map<String, String> with(Path home) {
        var environment = new TreeMap<>(settings);
        environment.put("HOME", home.toString());
        environment.put("TMPDIR", home.toString());
        environment.putIfAbsent("LANG", "C.UTF-8");
        return environment;
    }
}
