package io.callbacks.builder.install;

import io.callbacks.builder.build.Sandbox.Outcome;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * What an install may take.
 *
 * @param timeout after which it is killed
 * @param largest bytes of what it brings
 */
public record InstallLimits(Duration timeout, long largest) {
    /**
     * What the end of a program means.
     *
     * @param stored keeps what it installed
     */
    public Outcome outcome(InstallProgram program, Ended ended, Supplier<Layer> stored) {
        var tail = ended.tail();
        return switch (ended.end()) {
            case DONE -> new Outcome.Installed(stored.get());
            case CANCELLED -> new Outcome.Cancelled();
            case FAILED -> new Outcome.Rejected(program.failure(tail));
            case TIMED_OUT -> new Outcome.Rejected(timedOut(program, tail));
            case TOO_LARGE -> new Outcome.Rejected(tooLarge(tail));
            case OUT_OF_MEMORY -> new Outcome.Rejected(outOfMemory(program, tail));
        };
    }

    private Failure timedOut(InstallProgram program, List<String> tail) {
        return InstallFailure.failure(
                "timeout",
                null,
                "%s did not end within %s s and was killed."
                        .formatted(program.label(), timeout.toSeconds()),
                "Deploy again, or ask for fewer packages.",
                tail);
    }

    private Failure tooLarge(List<String> tail) {
        return InstallFailure.failure(
                "too-large",
                null,
                "The dependencies have more than %d MiB, which is all that is allowed."
                        .formatted(largest >> 20),
                "Ask for fewer or smaller packages.",
                tail);
    }

    private static Failure outOfMemory(InstallProgram program, List<String> tail) {
        return InstallFailure.failure(
                "out-of-memory",
                null,
                "%s needed more memory than it may have and was killed.".formatted(program.label()),
                "Ask for fewer packages, or for versions that need not be built.",
                tail);
    }
}
