package io.callbacks.invoker.route;

import io.callbacks.invoker.route.PathTemplate.Part;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All callbacks as of one moment; never changes. Of the callbacks that take a path and a method,
 * the one wins that is exact where the others are not: segment by segment, exact beats {@code
 * {name}} beats {@code {name*}}, and its own method beats {@code ANY}.
 */
public final class RouteTable {
    private static final String ANY = "ANY";

    private final Node root = new Node();
    private final Map<Long, Target> targets = new HashMap<>();

    private RouteTable() {}

    /** A table of these callbacks. Where two are alike for a moment, the one created later wins. */
    public static RouteTable of(Collection<Target> targets) {
        var table = new RouteTable();
        targets.forEach(table::add);
        return table;
    }

    /** The callback with this id. */
    public Optional<Target> target(long callbackId) {
        return Optional.ofNullable(targets.get(callbackId));
    }

    /** All callbacks, in any order. */
    public Collection<Target> targets() {
        return Collections.unmodifiableCollection(targets.values());
    }

    /** What a path and a method mean. A HEAD is taken by who takes GET. */
    public Match match(RequestPath path, String method) {
        var found = find(root, path.segments(), 0, method);
        if (found != null) {
            return new Match.Found(found, parameters(found.template(), path.segments()));
        }
        var allowed = new TreeSet<String>();
        collect(root, path.segments(), 0, allowed);
        if (allowed.isEmpty()) {
            return new Match.UnknownPath();
        }
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        return new Match.OtherMethod(allowed);
    }

    private void add(Target target) {
        targets.put(target.callbackId(), target);
        var node = root;
        for (var part : target.template().parts()) {
            node =
                    switch (part) {
                        case Part.Literal literal ->
                                node.literals.computeIfAbsent(literal.text(), _ -> new Node());
                        case Part.Parameter _ ->
                                node.parameter =
                                        node.parameter == null ? new Node() : node.parameter;
                        case Part.Rest _ -> node.rest = node.rest == null ? new Node() : node.rest;
                    };
        }
        node.methods.merge(
                target.method(), target, (a, b) -> a.callbackId() > b.callbackId() ? a : b);
    }

    private static @Nullable Target find(
            @Nullable Node node, List<String> segments, int at, String method) {
        if (node == null) {
            return null;
        }
        if (at == segments.size()) {
            var here = node.taking(method);
            return here != null ? here : node.restTaking(method);
        }
        var segment = segments.get(at);
        var found = find(node.literals.get(segment), segments, at + 1, method);
        if (found == null && !segment.isEmpty()) {
            found = find(node.parameter, segments, at + 1, method);
        }
        return found != null ? found : node.restTaking(method);
    }

    private static void collect(
            @Nullable Node node, List<String> segments, int at, Collection<String> methods) {
        if (node == null) {
            return;
        }
        if (node.rest != null) {
            methods.addAll(node.rest.methods.keySet());
        }
        if (at == segments.size()) {
            methods.addAll(node.methods.keySet());
            return;
        }
        var segment = segments.get(at);
        collect(node.literals.get(segment), segments, at + 1, methods);
        if (!segment.isEmpty()) {
            collect(node.parameter, segments, at + 1, methods);
        }
    }

    private static Map<String, String> parameters(PathTemplate template, List<String> segments) {
        Map<String, String> parameters = Map.of();
        for (int i = 0; i < template.parts().size(); i++) {
            switch (template.parts().get(i)) {
                case Part.Literal _ -> {}
                case Part.Parameter(var name) ->
                        parameters = with(parameters, name, segments.get(i));
                case Part.Rest(var name) -> {
                    var rest = segments.subList(i, segments.size());
                    parameters = with(parameters, name, String.join("/", rest));
                }
            }
        }
        return parameters;
    }

    private static Map<String, String> with(
            Map<String, String> parameters, String name, String value) {
        var more = parameters.isEmpty() ? new LinkedHashMap<String, String>() : parameters;
        more.put(name, value);
        return more;
    }

    /** Built in one thread, then only read. */
    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();
        final Map<String, Target> methods = new HashMap<>();
        @Nullable Node parameter;
        @Nullable Node rest;

        @Nullable Target taking(String method) {
            var target = methods.get(method);
            if (target == null && method.equals("HEAD")) {
                target = methods.get("GET");
            }
            return target != null ? target : methods.get(ANY);
        }

        @Nullable Target restTaking(String method) {
            return rest == null ? null : rest.taking(method);
        }
    }
}
