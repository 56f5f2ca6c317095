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

    /** Of the nodes, as images name it. */
    String architecture() {
        var identity = interpreter.identity();
        return identity.contains("aarch64") || identity.contains("arm64") ? "arm64" : "amd64";
    }
}
