package io.callbacks.invoker.testing;

import java.util.List;
import java.util.Optional;

/** First line and headers of a message, as they were on the wire. */
public record Head(String line, List<String> headers) {
    public Optional<String> header(String name) {
        return all(name).stream().findFirst();
    }

    public List<String> all(String name) {
        return headers.stream()
                .filter(header -> header.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(header -> header.substring(name.length() + 1).strip())
                .toList();
    }

    /** Header names, in the order and the case they came in. */
    public List<String> names() {
        return headers.stream().map(header -> header.substring(0, header.indexOf(':'))).toList();
    }
}
