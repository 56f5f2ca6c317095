package io.callbacks.registry.callback;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ETag;

/**
 * The precondition of a change.
 *
 * @param tags one of which must be the version; null if any will do
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-if-match">RFC 9110</a>
 */
record IfMatch(@Nullable List<String> tags) {
    static final IfMatch ANY = new IfMatch(null);

    static IfMatch of(@Nullable String header) {
        if (header == null || header.strip().equals("*")) {
            return ANY;
        }
        return new IfMatch(
                ETag.parse(header).stream().filter(tag -> !tag.weak()).map(ETag::tag).toList());
    }

    boolean matches(long version) {
        return tags == null || tags.contains(Long.toString(version));
    }
}
