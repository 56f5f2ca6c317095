package io.callbacks.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The interpreters on this machine's path. Each is asked for what it really is, once; one that was
 * not there is looked for again. Blocks while it asks.
 */
public final class Interpreters {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_SURVEYS = Duration.ofMinutes(5);
    private static final int NEWEST_PYTHON_MINOR = 20;
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+\\..+");
    private static final String PYTHON_QUESTION =
            "import sys, sysconfig, platform; v = sys.version_info; print(sys.executable); print('%d.%d.%d' % v[:3]);"
                    + " print('-'.join([sys.implementation.cache_tag or sys.implementation.name, platform.machine(),"
                    + " sysconfig.get_config_var('MULTIARCH') or sys.platform]))";
    private static final String NODE_QUESTION =
            "const p = process; console.log(p.execPath); console.log(p.versions.node); console.log(['node', p.versions.modules,"
                    + " p.platform, p.arch, p.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'other'].join('-'))";

    private final List<Path> path;
    private final Map<String, Interpreter> found = new ConcurrentHashMap<>();
    private final AtomicLong surveyDue = new AtomicLong(System.nanoTime());

    private Interpreters(List<Path> path) {
        this.path = path;
    }

    /** Those on the path of this process. */
    public static Interpreters onThisMachine() {
        return on(System.getenv().getOrDefault("PATH", ""));
    }

    /** Those on a search path such as the environment variable {@code PATH}. */
    public static Interpreters on(String searchPath) {
        var path = new ArrayList<Path>();
        for (var entry : searchPath.split(File.pathSeparator)) {
            if (!entry.isBlank()) {
                path.add(Path.of(entry));
            }
        }
        return new Interpreters(List.copyOf(path));
    }

    /** The interpreter for a type with or without a version; empty if there is none. */
    public Optional<Interpreter> find(String type) {
        var known = found.get(type);
        if (known != null && Files.isExecutable(known.executable())) {
            return Optional.of(known);
        }
        var interpreter = look(type);
        interpreter.ifPresentOrElse(i -> found.put(type, i), () -> found.remove(type));
        return interpreter;
    }

    /** The language's own first choice serves the type of its version too. */
    private Optional<Interpreter> look(String type) {
        var language = Language.ofType(type);
        if (!type.equals(language.lowerCase())) {
            var preferred = find(language.lowerCase()).filter(i -> i.runs(type));
            if (preferred.isPresent()) {
                return preferred;
            }
        }
        return onPath(type, language);
    }

    private Optional<Interpreter> onPath(String type, Language language) {
        for (var name : programs(type)) {
            for (var directory : path) {
                var program = directory.resolve(name);
                if (Files.isExecutable(program) && !Files.isDirectory(program)) {
                    var asked = ask(program, language);
                    if (asked != null && asked.runs(type)) {
                        return Optional.of(asked);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> programs(String type) {
        return switch (type) {
            case "python" -> List.of("python3", "python");
            case "node" -> List.of("node", "nodejs");
            default ->
                    type.startsWith("python")
                            ? List.of(type, "python3")
                            : List.of(type, "node", "nodejs");
        };
    }

    /**
     * The types with versions that can run here, such as {@code python3.11}, as far as known:
     * others than the first of each language are looked for in the background.
     */
    public List<String> types() {
        find("node");
        find("python");
        var due = surveyDue.get();
        if (System.nanoTime() - due >= 0
                && surveyDue.compareAndSet(due, System.nanoTime() + BETWEEN_SURVEYS.toNanos())) {
            Thread.ofVirtual().name("interpreters").start(this::survey);
        }
        var types = new TreeSet<String>();
        found.values().stream()
                .filter(i -> Files.isExecutable(i.executable()))
                .map(Interpreter::type)
                .forEach(types::add);
        return List.copyOf(types);
    }

    private void survey() {
        for (int minor = 8; minor <= NEWEST_PYTHON_MINOR; minor++) {
            find("python3." + minor);
        }
    }

    /** What a program says it is; null if it is none of ours, too old, or does not answer. */
    private static @Nullable Interpreter ask(Path program, Language language) {
        var question = question(program.toString(), language);
        try {
            var process = new ProcessBuilder(question).redirectErrorStream(true).start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                ProcessTree.kill(process.toHandle());
                return null;
            }
            var answer =
                    new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
            return process.exitValue() == 0 ? answered(language, answer).orElse(null) : null;
        } catch (IOException e) {
            return null; // not a program of this machine after all
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + program, e);
        }
    }

    /** Has a program print what it is. */
    public static List<String> question(String program, Language language) {
        return language == Language.PYTHON
                ? List.of(program, "-I", "-S", "-c", PYTHON_QUESTION)
                : List.of(program, "-e", NODE_QUESTION);
    }

    /** What the lines say that it printed; empty if it is none of ours or too old. */
    public static Optional<Interpreter> answered(Language language, List<String> lines) {
        if (lines.size() != 3 || !VERSION.matcher(lines.get(1)).matches()) {
            return Optional.empty();
        }
        var version = lines.get(1).split("\\.");
        return language.supports(Integer.parseInt(version[0]), Integer.parseInt(version[1]))
                ? Optional.of(
                        new Interpreter(
                                language, lines.get(1), Path.of(lines.get(0)), lines.get(2)))
                : Optional.empty();
    }
}
