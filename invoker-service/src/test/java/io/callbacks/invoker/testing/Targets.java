package io.callbacks.invoker.testing;

import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Route;
import io.callbacks.event.Scale;
import io.callbacks.invoker.route.PathTemplate;
import io.callbacks.invoker.route.Target;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes callbacks: deployed at generation 1, with env version 1, unless it is said otherwise. */
public record Targets(
        long id,
        String method,
        String path,
        int timeoutSeconds,
        int concurrency,
        long generation,
        boolean on,
        long envVersion,
        List<Route.Instance> instances) {
    public static Targets of(long id, String method, String path) {
        return new Targets(id, method, path, 30, 10, 1, true, 1, List.of());
    }

    public Targets timeout(int seconds) {
        return new Targets(
                id, method, path, seconds, concurrency, generation, on, envVersion, instances);
    }

    public Targets concurrency(int most) {
        return new Targets(
                id, method, path, timeoutSeconds, most, generation, on, envVersion, instances);
    }

    public Targets generation(long now) {
        return new Targets(
                id, method, path, timeoutSeconds, concurrency, now, on, envVersion, instances);
    }

    public Targets off() {
        return new Targets(
                id,
                method,
                path,
                timeoutSeconds,
                concurrency,
                generation,
                false,
                envVersion,
                instances);
    }

    public Targets envVersion(long version) {
        return new Targets(
                id, method, path, timeoutSeconds, concurrency, generation, on, version, instances);
    }

    public Targets at(String instance, URI url) {
        var more = new ArrayList<>(instances);
        more.add(new Route.Instance(instance, url));
        return new Targets(
                id, method, path, timeoutSeconds, concurrency, generation, on, envVersion, more);
    }

    /** With the route, if there are instances. */
    public Target target() {
        return target(generation);
    }

    public Target target(long routeGeneration) {
        var route = new Route("uid-" + id, routeGeneration, 1, envVersion, instances);
        return new Target(
                id,
                "uid-" + id,
                PathTemplate.parse(path),
                method,
                new Limits(timeoutSeconds, 256, concurrency, 60),
                Scale.ONE,
                Retry.DEFAULT,
                List.of(),
                generation,
                on,
                instances.isEmpty() ? Optional.empty() : Optional.of(route));
    }
}
