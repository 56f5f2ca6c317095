package io.callbacks.registry.callback;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a caller wants to wait. What cannot be understood is passed over, as it is only a wish.
 *
 * @param patience what {@code wait} says
 * @param async whether the caller wants no wait at all; then {@code wait} does not count
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7240">RFC 7240</a>
 */
record Prefer(Optional<Duration> patience, boolean async) {
    private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?(\\d{1,6})\"?");

    static Prefer of(@Nullable List<String> headers, Duration longest) {
        Optional<Duration> patience = Optional.empty();
        var async = false;
        for (var header : headers == null ? List.<String>of() : headers) {
            for (var part : header.toLowerCase(Locale.ROOT).split(",")) {
                var wait = WAIT.matcher(part.strip());
                if (part.strip().equals("respond-async")) {
                    async = true;
                } else if (wait.matches() && patience.isEmpty()) {
                    var asked = Duration.ofSeconds(Long.parseLong(wait.group(1)));
                    patience = Optional.of(asked.compareTo(longest) < 0 ? asked : longest);
                }
            }
        }
        return new Prefer(async ? Optional.empty() : patience, async);
    }

    /** How long to wait for what is waited for by itself. */
    Duration orUnlessAsync(Duration usual) {
        return async ? Duration.ZERO : patience.orElse(usual);
    }

    /** How long to wait for what is waited for on request only. */
    Duration orNoWait() {
        return patience.orElse(Duration.ZERO);
    }

    /** What {@code Preference-Applied} says. */
    Optional<String> applied() {
        return async
                ? Optional.of("respond-async")
                : patience.map(wait -> "wait=" + wait.toSeconds());
    }
}
