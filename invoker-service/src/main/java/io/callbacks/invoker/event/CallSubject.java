package io.callbacks.invoker.event;

import io.callbacks.invoker.route.MalformedPathException;
import io.callbacks.invoker.route.Match;
import io.callbacks.invoker.route.RequestPath;
import io.callbacks.invoker.route.RouteTable;
import io.callbacks.invoker.route.Target;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whom an event is for: a callback by its number, or by method and path. */
public sealed interface CallSubject {
    /** The callback, as the table has it. */
    Optional<Callee> find(RouteTable table);

    /**
     * A callback that was found.
     *
     * @param parameters of its path
     */
    record Callee(Target target, Map<String, String> parameters) {
        public Callee {
            parameters = Map.copyOf(parameters);
        }
    }

    /** By number. */
    record ById(long callbackId) implements CallSubject {
        @Override
        public Optional<Callee> find(RouteTable table) {
            return table.target(callbackId).map(target -> new Callee(target, Map.of()));
        }

        @Override
        public String toString() {
            return "callback " + callbackId;
        }
    }

    /** By method and path. */
    record ByPath(String method, RequestPath path, String text) implements CallSubject {
        @Override
        public Optional<Callee> find(RouteTable table) {
            return table.match(path, method) instanceof Match.Found(var target, var parameters)
                    ? Optional.of(new Callee(target, parameters))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return "callback for '" + text + "'";
        }
    }

    /** Reads a subject; empty if it is neither. */
    static Optional<CallSubject> parse(String subject) {
        if (Syntax.NUMBER.matcher(subject).matches()) {
            return Optional.of(new ById(Long.parseLong(subject)));
        }
        var path = Syntax.PATH.matcher(subject);
        if (!path.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ByPath(path.group(1), RequestPath.parse(path.group(2)), subject));
        } catch (MalformedPathException e) {
            return Optional.empty();
        }
    }

    /** What subjects look like. */
    final class Syntax {
        private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");
        private static final Pattern PATH =
                Pattern.compile("(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) +/?([^ ?#]{1,2048})");

        private Syntax() {}
    }
}
