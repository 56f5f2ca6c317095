package io.callbacks.invoker.management;

import io.netty.handler.codec.http.HttpHeaderNames;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Sinks;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Ends event streams when the invoker stops, before the server waits for what is under way: they
 * would not end by themselves, and whoever listens connects again.
 */
final class OpenStreams implements SmartLifecycle {
    private final Sinks.Empty<Void> end = Sinks.empty();
    private volatile boolean running;

    /** The content of an answer; of a stream, until the end. */
    ByteBufFlux content(HttpClientResponse answer, ByteBufFlux content) {
        var type = answer.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
        return type.startsWith("text/event-stream")
                ? ByteBufFlux.fromInbound(content.takeUntilOther(end.asMono()))
                : content;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        end.tryEmitEmpty();
    }

    /** Between the notice of the departure and the end of the server. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
