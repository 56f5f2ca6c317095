package io.callbacks.registry.invocation;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a function answered.
 *
 * @param contentType as the function said
 * @param body null if it is not kept any more
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Result(@Nullable Integer status, @Nullable String contentType, byte @Nullable [] body) {
    static Result of(Invocation invocation, Optional<End> end) {
        return new Result(
                invocation.status(),
                end.flatMap(e -> RecordHeaders.text(e.record(), "content-type")).orElse(null),
                end.map(End::body).orElse(null));
    }
}
