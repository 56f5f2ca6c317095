package io.callbacks.invoker.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** A body that is all there. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record WholeBody(byte[] bytes) implements RequestBody {
    @Override
    public boolean exists() {
        return true;
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public Publisher<ByteBuf> content() {
        return Mono.fromSupplier(() -> Unpooled.wrappedBuffer(bytes));
    }

    @Override
    public void release() {
        // nothing but memory
    }
}
