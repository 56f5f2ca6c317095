package io.callbacks.invoker.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.regex.Pattern;

/**
 * What a caller would like, as far as the gateway can do something about it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7240">RFC 7240</a>
 */
final class Preferences {
    /** To be answered before the work is done. */
    static final String RESPOND_ASYNC = "respond-async";

    private static final Pattern ASYNC =
            Pattern.compile(
                    "(?:^|,)\\s*" + RESPOND_ASYNC + "\\s*(?:[;,]|$)", Pattern.CASE_INSENSITIVE);

    private Preferences() {}

    static boolean wantsNoWait(HttpHeaders headers) {
        return headers.contains("Prefer")
                && headers.getAll("Prefer").stream().anyMatch(it -> ASYNC.matcher(it).find());
    }
}
