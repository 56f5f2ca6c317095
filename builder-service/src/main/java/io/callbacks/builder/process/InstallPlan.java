package io.callbacks.builder.process;

import io.callbacks.builder.install.InstallProgram;
import java.util.List;
import java.util.Map;

/** What to run to install dependencies. */
record InstallPlan(InstallProgram program, List<String> words, Map<String, String> environment) {}
