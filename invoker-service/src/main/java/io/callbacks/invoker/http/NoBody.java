package io.callbacks.invoker.http;

import io.netty.buffer.ByteBuf;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** The body of a request that has none. */
public enum NoBody implements RequestBody {
    INSTANCE;

    @Override
    public boolean exists() {
        return false;
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public Publisher<ByteBuf> content() {
        return Mono.empty();
    }

    @Override
    public void release() {
        // holds nothing
    }
}
