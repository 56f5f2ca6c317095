package io.callbacks.builder.install;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Where the operator's pip.conf files say that packages come from, in variables that pip reads. */
final class PipConfiguration {
    private static final Set<String> SETTINGS =
            Set.of(
                    "index-url",
                    "extra-index-url",
                    "find-links",
                    "no-index",
                    "trusted-host",
                    "proxy",
                    "timeout",
                    "default-timeout",
                    "retries",
                    "only-binary",
                    "no-binary");
    private static final Pattern SECTION = Pattern.compile("\\s*\\[(.*)]\\s*");
    private static final Pattern SETTING = Pattern.compile("([A-Za-z][\\w-]*)\\s*[=:]\\s*(.*)");
    private static final Pattern MORE = Pattern.compile("\\s+([^\\s#;].*)");

    private final Map<String, String> found = new TreeMap<>();
    private String section = "";
    private String name = "";

    private PipConfiguration() {}

    /** Later files count more, and {@code [install]} more than {@code [global]}. */
    static Map<String, String> read(Map<String, String> environment) {
        var configuration = new PipConfiguration();
        for (var wanted : List.of("global", "install")) {
            for (var file : files(environment)) {
                configuration.section = "";
                ConfigurationFiles.lines(file).forEach(line -> configuration.take(line, wanted));
            }
        }
        return Map.copyOf(configuration.found);
    }

    private static List<Path> files(Map<String, String> environment) {
        var named = environment.get("PIP_CONFIG_FILE");
        if ("/dev/null".equals(named)) {
            return List.of(); // as pip has it: none at all
        }
        var files =
                new ArrayList<>(
                        List.of(Path.of("/etc/xdg/pip/pip.conf"), Path.of("/etc/pip.conf")));
        var home = environment.get("HOME");
        if (home != null) {
            files.add(Path.of(home, ".pip/pip.conf"));
            files.add(
                    Path.of(environment.getOrDefault("XDG_CONFIG_HOME", home + "/.config"))
                            .resolve("pip/pip.conf"));
        }
        if (named != null) {
            files.add(Path.of(named));
        }
        return files;
    }

    private void take(String line, String wanted) {
        var heading = SECTION.matcher(line);
        if (heading.matches()) {
            section = heading.group(1);
            name = "";
            return;
        }
        var setting = SETTING.matcher(line);
        var more = MORE.matcher(line);
        if (setting.matches()) {
            name = setting.group(1).replace('_', '-');
            put(wanted, setting.group(2).strip());
        } else if (more.matches()) {
            put(wanted, (found.getOrDefault(variable(), "") + " " + more.group(1)).strip());
        }
    }

    private void put(String wanted, String value) {
        if (section.equals(wanted) && SETTINGS.contains(name)) {
            found.put(variable(), value);
        }
    }

    private String variable() {
        return "PIP_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
