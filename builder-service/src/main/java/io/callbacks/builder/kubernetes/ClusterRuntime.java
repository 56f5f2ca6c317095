package io.callbacks.builder.kubernetes;

import io.callbacks.process.Interpreter;

/**
 * What callbacks of a type run in.
 *
 * @param image that has the interpreter
 */
record ClusterRuntime(String image, Interpreter interpreter) {
    /** What installed dependencies depend on. */
    String identity() {
        return "kubernetes " + interpreter.language().lowerCase() + " " + interpreter.identity();
    }
}
