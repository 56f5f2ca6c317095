package io.callbacks.builder.install;

import io.callbacks.event.Failure;
import java.util.List;
import java.util.function.Function;

/** A program that installs. */
public enum InstallProgram {
    UV("uv", InstallFailure::ofPython),
    PIP("pip", InstallFailure::ofPython),
    NPM("npm", InstallFailure::ofNode);

    private final String label;
    private final Function<List<String>, Failure> failure;

    InstallProgram(String label, Function<List<String>, Failure> failure) {
        this.label = label;
        this.failure = failure;
    }

    /** Its name, for people. */
    public String label() {
        return label;
    }

    /** Reads what went wrong out of its last lines. */
    Failure failure(List<String> tail) {
        return failure.apply(tail);
    }

    /** pip, which needs the Python it installs for. */
    public static List<String> pip(
            String python, String cache, String target, String requirements) {
        return List.of(
                python,
                "-m",
                "pip",
                "install",
                "--no-input",
                "--disable-pip-version-check",
                "--no-color",
                "--progress-bar",
                "off",
                "--prefer-binary",
                "--cache-dir",
                cache,
                "--target",
                target,
                "--requirement",
                requirements);
    }

    /** npm, for a {@code package.json} in the target. Scripts of packages are not run. */
    public static List<String> npm(String npm, String cache, String target) {
        return List.of(
                npm,
                "install",
                "--ignore-scripts",
                "--omit=dev",
                "--no-audit",
                "--no-fund",
                "--no-progress",
                "--color=false",
                "--loglevel=warn",
                "--cache",
                cache,
                "--prefix",
                target);
    }
}
