package io.callbacks.invoker.testing;

import io.callbacks.event.CallbackChange;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Desired;
import io.callbacks.event.Event;
import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Route;
import io.callbacks.event.Scale;
import io.callbacks.event.Source;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Makes what the registry and the deployer publish. */
public final class Snapshots {
    private Snapshots() {}

    public static Event callback(long id, long version, String path, boolean on) {
        return event(id, version, path, on, false);
    }

    public static Event deleted(long id, long version, String path) {
        return event(id, version, path, false, true);
    }

    public static Route route(long id, long generation, URI url) {
        var instance = new Route.Instance(id + "-" + generation + "-a", url);
        return new Route("uid-" + id, generation, 1, 1, List.of(instance));
    }

    private static Event event(long id, long version, String path, boolean on, boolean deleted) {
        var source = new Source(1, "python", "digest", null);
        return new CallbackChanged(
                CallbackChange.CALLBACK_UPDATED,
                new CallbackSnapshot(
                        id,
                        "uid-" + id,
                        version,
                        path,
                        "GET",
                        "python",
                        1,
                        "digest",
                        null,
                        Limits.DEFAULT,
                        Scale.ONE,
                        Retry.DEFAULT,
                        List.of(),
                        1,
                        Map.of(),
                        "key",
                        deleted,
                        new Desired(1, on, "process", 1, 1, source)));
    }
}
