package io.callbacks.builder.docker;

import java.util.Locale;

/** What something on an engine is for. */
enum Role {
    BUILD,
    DEPS,
    CODE,
    RUNTIME;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
