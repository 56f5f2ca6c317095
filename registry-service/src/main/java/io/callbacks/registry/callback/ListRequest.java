package io.callbacks.registry.callback;

import io.callbacks.registry.status.Status;
import io.callbacks.registry.validation.CallbackFields;
import io.callbacks.registry.validation.Fields;
import io.callbacks.registry.validation.PathRule;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which callbacks to list.
 *
 * @param limit 1 to 200, 50 if absent
 * @param after the {@code cursor}: {@code next} of the page before
 * @param path without its leading slash
 */
record ListRequest(
        int limit,
        long after,
        @Nullable String path,
        @Nullable String method,
        @Nullable String type,
        @Nullable String status) {
    /** How many are read at once. */
    static final int BATCH = 200;

    private static final int USUAL = 50;
    private static final Set<String> NUMBERS = Set.of("limit", "cursor");

    /**
     * Reads the parameters of a request.
     *
     * @throws io.callbacks.registry.validation.InvalidRequestException with all their faults
     */
    static ListRequest of(Map<String, String> parameters) {
        var fields = Fields.of(parameters, NUMBERS);
        var request =
                new ListRequest(
                        fields.number("limit", 1, BATCH, USUAL),
                        fields.number("cursor", 0, Long.MAX_VALUE, 0),
                        path(fields),
                        CallbackFields.method(fields, false),
                        fields.text("type", false),
                        status(fields));
        fields.check();
        return request;
    }

    private static @Nullable String path(Fields fields) {
        var path = fields.text("path", false);
        return path == null ? null : PathRule.normal(path);
    }

    private static @Nullable String status(Fields fields) {
        var status = fields.text("status", false);
        var known = Arrays.stream(Status.Name.values()).map(Status.Name::toString).toList();
        if (status != null && !known.contains(status)) {
            fields.fault(
                    "status",
                    "invalid-status",
                    "'status' must be one of " + String.join(", ", known) + ".");
        }
        return status;
    }

    /** What the store cannot judge. */
    boolean wants(CallbackView view) {
        return (type == null || type.equals(view.type()))
                && (status == null || status.equals(view.status()));
    }
}
