package io.callbacks.builder.build;

import io.callbacks.event.Failure;
import io.callbacks.process.Language;

/** Failures that no program told. */
final class Failures {
    private Failures() {}

    static Failure runtimeMissing(String type, String platform) {
        return new Failure(
                "runtime-missing",
                null,
                "Nothing here runs '" + type + "'.",
                mend(type, platform) + ", or choose a type that GET /targets lists.",
                null);
    }

    private static String mend(String type, String platform) {
        if (!platform.equals("process")) {
            return "Name an image that has it in callbacks.%s.images".formatted(platform);
        }
        var language = Language.ofType(type);
        return "Install %s %s or later where the builder finds it on its PATH"
                .formatted(language == Language.PYTHON ? "Python" : "Node.js", language.oldest());
    }

    static Failure refused(RefusedLibraryException why) {
        return new Failure(
                "invalid-requirement",
                null,
                String.valueOf(why.getMessage()),
                "Name packages of the index with their versions, nothing else.",
                null);
    }

    static Failure targetUnavailable(String platform) {
        return new Failure(
                "target-unavailable",
                null,
                "Nothing is built for '" + platform + "' here.",
                "Deploy to a target that GET /targets lists as available.",
                null);
    }
}
