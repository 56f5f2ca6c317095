package io.callbacks.registry.invocation;

import io.callbacks.registry.validation.Fields;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters to list.
 *
 * @param limit 1 to 200, 50 if absent
 * @param cursor {@code next} of the page before
 * @param callbackId those of one callback
 */
record DeadLetterRequest(int limit, @Nullable String cursor, @Nullable Long callbackId) {
    private static final int MOST = 200;
    private static final int USUAL = 50;
    private static final Set<String> NUMBERS = Set.of("limit", "callback_id");
    private static final Pattern CURSOR = Pattern.compile("\\d{15}-\\d{9}-\\d{18}");

    /**
     * Reads the parameters of a request.
     *
     * @throws io.callbacks.registry.validation.InvalidRequestException with all their faults
     */
    static DeadLetterRequest of(Map<String, String> parameters) {
        var fields = Fields.of(parameters, NUMBERS);
        var request =
                new DeadLetterRequest(
                        fields.number("limit", 1, MOST, USUAL), cursor(fields), callbackId(fields));
        fields.check();
        return request;
    }

    private static @Nullable String cursor(Fields fields) {
        var cursor = fields.text("cursor", false);
        if (cursor != null && !CURSOR.matcher(cursor).matches()) {
            fields.fault("cursor", "invalid-cursor", "'cursor' must be 'next' of the page before.");
        }
        return cursor;
    }

    /** The callback whose letters are meant; null for all. */
    static @Nullable Long callbackId(Fields fields) {
        return fields.value("callback_id") == null
                ? null
                : Long.valueOf(fields.number("callback_id", 1, Long.MAX_VALUE, 1L));
    }
}
