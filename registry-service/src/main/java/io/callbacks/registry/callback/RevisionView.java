package io.callbacks.registry.callback;

import io.callbacks.registry.status.BuildState;
import io.callbacks.registry.status.Seen;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A revision as the API shows it.
 *
 * @param state of its build for where the callback shall run; {@code pending} if none was told of
 * @param wanted whether it is the newest wanted one
 */
record RevisionView(
        int revision,
        String type,
        @Nullable String library,
        String state,
        boolean wanted,
        Instant createdAt) {
    static RevisionView of(Revision revision, Callback callback, Seen seen) {
        var source = revision.source();
        var state =
                seen.build(source.revision(), callback.desired().target())
                        .map(BuildState::stage)
                        .map(stage -> stage.name().toLowerCase(Locale.ROOT))
                        .orElse("pending");
        return new RevisionView(
                source.revision(),
                source.type(),
                source.library(),
                state,
                source.revision() == callback.source().revision(),
                revision.createdAt());
    }
}
