package io.callbacks.invoker.http;

import io.netty.buffer.ByteBuf;
import java.util.OptionalLong;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** The body of a request that has none. */
enum NoBody implements RequestBody {
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
    public OptionalLong length() {
        return OptionalLong.empty();
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
