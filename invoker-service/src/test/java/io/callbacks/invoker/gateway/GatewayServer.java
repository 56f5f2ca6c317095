package io.callbacks.invoker.gateway;

import io.callbacks.invoker.http.StrictServer;
import io.callbacks.invoker.http.Upstream;
import io.callbacks.invoker.testing.Answer;
import io.callbacks.invoker.testing.Caller;
import io.callbacks.invoker.testing.InMemoryRoutes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.util.unit.DataSize;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** The gateway behind a real port, without Spring and Kafka. */
final class GatewayServer implements AutoCloseable {
    final InMemoryRoutes routes = new InMemoryRoutes();
    final List<LaterCall> accepted = new CopyOnWriteArrayList<>();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final LoopResources loops = LoopResources.create("gateway-test", 2, true);
    private final DisposableServer server;

    GatewayServer(Duration queueTime) {
        var limits =
                new GatewayProperties(
                        queueTime, 20, DataSize.ofMegabytes(6), DataSize.ofMegabytes(1));
        var gateway =
                new Gateway(
                        routes,
                        new Lines(routes, limits.queueLength()),
                        new Instances(Upstream.client("test", loops)),
                        new GatewayMetrics(metrics),
                        limits,
                        call -> {
                            accepted.add(call);
                            return Mono.just("3-1042");
                        });
        server =
                StrictServer.of(HttpServer.create())
                        .host("127.0.0.1")
                        .port(0)
                        .runOn(loops)
                        .route(all -> all.route(_ -> true, gateway))
                        .bindNow();
    }

    Caller caller() {
        return new Caller((InetSocketAddress) server.address());
    }

    /** Sends one request on a connection of its own, line breaks as CR LF. */
    Answer call(String request) {
        try (var caller = caller()) {
            return caller.send(request).answer();
        }
    }

    Answer get(String target) {
        return call("GET " + target + " HTTP/1.1\nHost: localhost\n\n");
    }

    @Override
    public void close() {
        server.disposeNow();
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block();
    }
}
