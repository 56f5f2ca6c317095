package io.callbacks.registry.callback;

import io.callbacks.registry.validation.PathRule;
import org.jspecify.annotations.Nullable;

/**
 * Which callbacks to list.
 *
 * @param limit 1 to 200, 50 if absent
 * @param cursor {@code next} of the page before
 */
record ListRequest(
        @Nullable Integer limit,
        @Nullable Long cursor,
        @Nullable String path,
        @Nullable String method,
        @Nullable String type,
        @Nullable String status) {
    /** How many are read at once. */
    static final int BATCH = 200;

    private static final int USUAL = 50;

    int size() {
        return limit == null ? USUAL : Math.clamp(limit, 1, BATCH);
    }

    long after() {
        return cursor == null ? 0 : cursor;
    }

    @Nullable String normalPath() {
        return path == null ? null : PathRule.normal(path);
    }

    /** What the store cannot judge. */
    boolean wants(CallbackView view) {
        return (type == null || type.equals(view.type()))
                && (status == null || status.equals(view.status()));
    }
}
