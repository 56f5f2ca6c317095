package io.callbacks.builder.process;

import io.callbacks.process.Interpreter;
import java.io.IOException;
import java.nio.file.Path;

/** Knows the program that installs a language's dependencies. */
interface Installer {
    /** How to install a library into {@code target}, using {@code work} for all else. */
    InstallPlan plan(Interpreter interpreter, String library, Path work, Path target)
            throws IOException;
}
