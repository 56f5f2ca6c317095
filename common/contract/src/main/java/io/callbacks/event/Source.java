package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What a revision is built from.
 *
 * @param revision counts up from 1 with each change of code, library or type
 * @param type the language, with or without a version: {@code python}, {@code node20}
 * @param sourceDigest the code's digest in the blob store
 * @param library requirement lines or a package.json; null if there are no dependencies
 */
public record Source(int revision, String type, String sourceDigest, @Nullable String library) {
    public Source {
        requireNonNull(type, "type");
        requireNonNull(sourceDigest, "source_digest");
    }
}
