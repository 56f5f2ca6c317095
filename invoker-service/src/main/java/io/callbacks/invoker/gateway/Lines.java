package io.callbacks.invoker.gateway;

import io.callbacks.invoker.route.RouteTable;
import io.callbacks.invoker.route.Routes;
import io.callbacks.invoker.route.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The lines of all callbacks, kept up with the routes. */
final class Lines implements Busy {
    private final Map<Long, Line> lines = new ConcurrentHashMap<>();
    private final Routes routes;
    private final int longest;

    Lines(Routes routes, int longest) {
        this.routes = routes;
        this.longest = longest;
        routes.onChange(this::changed);
    }

    Line of(long callbackId) {
        var line = lines.get(callbackId);
        return line != null ? line : opened(callbackId);
    }

    @Override
    public Map<Long, Integer> requests() {
        var requests = new HashMap<Long, Integer>();
        lines.forEach(
                (id, line) -> {
                    if (line.mayChangeInSize()) {
                        requests.put(id, line.requests());
                    }
                });
        return requests;
    }

    private Line opened(long callbackId) {
        var line = lines.computeIfAbsent(callbackId, id -> new Line(longest, () -> newest(id)));
        line.refresh(); // a change told while it was not in the map yet
        return line;
    }

    private Optional<Target> newest(long callbackId) {
        return routes.current().flatMap(table -> table.target(callbackId));
    }

    private void changed(RouteTable table) {
        lines.values().forEach(Line::refresh);
        lines.keySet().removeIf(id -> table.target(id).isEmpty());
    }
}
