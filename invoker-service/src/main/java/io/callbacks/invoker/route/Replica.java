package io.callbacks.invoker.route;

import io.callbacks.event.CallbackChanged;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Route;
import io.callbacks.event.UndecodableEventException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Callbacks and routes as far as they were read, joined by uid. A record that cannot be decoded
 * leaves what was there.
 */
final class Replica {
    private static final Logger log = LoggerFactory.getLogger(Replica.class);

    private final Map<Long, Known> callbacks = new HashMap<>();
    private final Map<Long, Route> routes = new HashMap<>();
    private final Map<Long, Target> targets = new HashMap<>();

    RouteTable table() {
        return RouteTable.of(targets.values());
    }

    /** Takes a record of the callback topic in; a snapshot not newer than the known one is old. */
    void callback(String key, @Nullable String type, byte @Nullable [] value) {
        take(
                key,
                id -> {
                    if (value == null) {
                        callbacks.remove(id);
                    } else if (EventCodec.decode(type, value) instanceof CallbackChanged changed) {
                        callbacks.merge(id, Known.of(changed.snapshot()), Known::newer);
                    }
                });
    }

    /** Takes a record of the route topic in; without a value nothing answers any more. */
    void route(String key, byte @Nullable [] value) {
        take(
                key,
                id -> {
                    if (value == null) {
                        routes.remove(id);
                    } else {
                        routes.put(id, EventCodec.decodeRoute(value));
                    }
                });
    }

    private void take(String key, LongConsumer record) {
        try {
            var id = Long.parseLong(key);
            record.accept(id);
            join(id);
        } catch (UndecodableEventException | NumberFormatException e) {
            log.warn("Skipped a record that cannot be read: key={} reason={}", key, e.getMessage());
        }
    }

    private void join(long id) {
        var known = callbacks.get(id);
        if (known == null || known.deleted()) {
            targets.remove(id);
            return;
        }
        var route = Optional.ofNullable(routes.get(id)).filter(r -> r.uid().equals(known.uid()));
        targets.put(id, known.target().withRoute(route));
    }

    private record Known(String uid, long version, boolean deleted, Target target) {
        static Known of(CallbackSnapshot callback) {
            var target =
                    new Target(
                            callback.callbackId(),
                            callback.uid(),
                            PathTemplate.parse(callback.path()),
                            callback.method(),
                            callback.limits(),
                            callback.instances(),
                            callback.retry(),
                            callback.triggers(),
                            callback.desired().generation(),
                            callback.desired().on(),
                            Optional.empty());
            return new Known(callback.uid(), callback.version(), callback.deleted(), target);
        }

        Known newer(Known other) {
            return other.version() > version ? other : this;
        }
    }
}
