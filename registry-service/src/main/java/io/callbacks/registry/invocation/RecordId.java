package io.callbacks.registry.invocation;

import io.callbacks.registry.validation.Fault;
import io.callbacks.registry.validation.InvalidRequestException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where in its topic a record is; what stands in it is called so: {@code 3-1042}. */
record RecordId(int partition, long offset) {
    private static final Pattern ID = Pattern.compile("(\\d{1,9})-(\\d{1,18})");

    /** As far as a text is one. */
    static Optional<RecordId> read(String text) {
        var id = ID.matcher(text);
        return id.matches()
                ? Optional.of(
                        new RecordId(Integer.parseInt(id.group(1)), Long.parseLong(id.group(2))))
                : Optional.empty();
    }

    /**
     * The one a request names.
     *
     * @throws InvalidRequestException if it is none
     */
    static RecordId of(String text) {
        return read(text)
                .orElseThrow(
                        () ->
                                new InvalidRequestException(
                                        new Fault(
                                                "id",
                                                "invalid-id",
                                                "'id' must be the numbers of a partition and an offset, such as 3-1042.")));
    }

    @Override
    public String toString() {
        return partition + "-" + offset;
    }
}
