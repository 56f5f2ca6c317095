package io.callbacks.builder.process;

import io.callbacks.event.Failure;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What to run to install dependencies.
 *
 * @param name of the program, for people
 * @param failure reads its last lines
 */
record InstallPlan(
        String name,
        List<String> words,
        Map<String, String> environment,
        Function<List<String>, Failure> failure) {}
