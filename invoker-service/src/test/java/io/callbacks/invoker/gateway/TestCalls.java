package io.callbacks.invoker.gateway;

import io.callbacks.invoker.http.Upstream;
import io.callbacks.invoker.testing.InMemoryRoutes;
import java.time.Duration;
import reactor.netty.resources.LoopResources;

/** Calls of instances behind real ports, without Spring and Kafka. */
public final class TestCalls implements AutoCloseable {
    public static final int LARGEST_ANSWER = 100_000;

    public final InMemoryRoutes routes = new InMemoryRoutes();
    public final Calls calls;
    private final LoopResources loops = LoopResources.create("calls-test", 2, true);

    public TestCalls() {
        var instances = new Instances(Upstream.client("test", loops));
        calls = new Calls(new Lines(routes, 20), instances, LARGEST_ANSWER);
    }

    @Override
    public void close() {
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block();
    }
}
