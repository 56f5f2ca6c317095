package io.callbacks.invoker.testing;

import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Route;
import io.callbacks.event.Scale;
import io.callbacks.event.Trigger;
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
        Limits limits,
        Retry retry,
        List<Trigger> triggers,
        long generation,
        boolean on,
        long envVersion,
        List<Route.Instance> instances) {
    public static Targets of(long id, String method, String path) {
        return new Targets(
                id, method, path, Limits.DEFAULT, Retry.DEFAULT, List.of(), 1, true, 1, List.of());
    }

    public Targets timeout(int seconds) {
        return limits(seconds, limits.concurrency());
    }

    public Targets concurrency(int most) {
        return limits(limits.timeoutSeconds(), most);
    }

    private Targets limits(int timeoutSeconds, int concurrency) {
        var next = new Limits(timeoutSeconds, 256, concurrency, 60);
        return new Targets(
                id, method, path, next, retry, triggers, generation, on, envVersion, instances);
    }

    /** Tries with short pauses. */
    public Targets retry(int tries, Integer... statuses) {
        var next = new Retry(tries, List.of(statuses), 50);
        return new Targets(
                id, method, path, limits, next, triggers, generation, on, envVersion, instances);
    }

    public Targets triggers(Trigger... all) {
        var next = List.of(all);
        return new Targets(
                id, method, path, limits, retry, next, generation, on, envVersion, instances);
    }

    public Targets generation(long now) {
        return new Targets(
                id, method, path, limits, retry, triggers, now, on, envVersion, instances);
    }

    public Targets off() {
        return new Targets(
                id,
                method,
                path,
                limits,
                retry,
                triggers,
                generation,
                false,
                envVersion,
                instances);
    }

    public Targets envVersion(long version) {
        return new Targets(
                id, method, path, limits, retry, triggers, generation, on, version, instances);
    }

    public Targets at(String instance, URI url) {
        var more = new ArrayList<>(instances);
        more.add(new Route.Instance(instance, url));
        return new Targets(
                id, method, path, limits, retry, triggers, generation, on, envVersion, more);
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
                limits,
                Scale.ONE,
                retry,
                triggers,
                generation,
                on,
                instances.isEmpty() ? Optional.empty() : Optional.of(route));
    }
}
