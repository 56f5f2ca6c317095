package io.callbacks.registry.command;

import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.registry.callback.Management.Kind;
import io.callbacks.registry.validation.Fault;
import io.callbacks.registry.validation.InvalidRequestException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a CloudEvent asks for. */
final class Command {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private Command() {}

    /** What tells a command from every other: its source and its id. */
    static String id(CloudEvent event) {
        return HexFormat.of().formatHex(event.identity());
    }

    /**
     * What is to be done.
     *
     * @throws InvalidRequestException if there is nothing of this name
     */
    static Kind kind(CloudEvent event) {
        return Arrays.stream(Kind.values())
                .filter(kind -> name(kind).equals(event.type()))
                .findFirst()
                .orElseThrow(() -> unknown(event.type()));
    }

    private static InvalidRequestException unknown(String type) {
        var known = Arrays.stream(Kind.values()).map(Command::name);
        return new InvalidRequestException(
                new Fault(
                        "type",
                        "unknown-command",
                        "There is no command '%s'; known: %s."
                                .formatted(
                                        Fault.shown(type),
                                        known.collect(Collectors.joining(", ")))));
    }

    private static String name(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Which callback it is about; 0 where that is none.
     *
     * @throws InvalidRequestException if the subject does not say it
     */
    static long callbackId(CloudEvent event, Kind kind) {
        if (kind == Kind.CREATE_CALLBACK) {
            return 0;
        }
        return number(event)
                .orElseThrow(
                        () ->
                                new InvalidRequestException(
                                        new Fault(
                                                "subject",
                                                "invalid-subject",
                                                "'subject' must be the number of a callback.")));
    }

    private static Optional<Long> number(CloudEvent event) {
        return event.subject()
                .filter(subject -> NUMBER.matcher(subject).matches())
                .map(Long::valueOf);
    }
}
