package io.callbacks.builder.process;

import io.callbacks.event.Failure;
import io.callbacks.process.Interpreter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Knows the program that installs a language's dependencies. */
interface Installer {
    /** How to install a library into {@code target}, using {@code work} for all else. */
    Plan plan(Interpreter interpreter, String library, Path work, Path target) throws IOException;

    /**
     * What to run.
     *
     * @param name of the program, for people
     * @param failure reads its last lines
     */
    record Plan(
            String name,
            List<String> words,
            Map<String, String> environment,
            Function<List<String>, Failure> failure) {}
}
