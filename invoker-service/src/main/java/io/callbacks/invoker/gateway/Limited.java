package io.callbacks.invoker.gateway;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;

/** Bytes up to a limit; whose they are does not change. */
final class Limited {
    private Limited() {}

    /** There were more. */
    static final class Exceeded extends RuntimeException {
        Exceeded() {
            super("more bytes than the limit", null, false, false);
        }
    }

    /** Ends in {@link Exceeded} at the part that goes beyond the limit. */
    static Flux<ByteBuf> to(long limit, Flux<ByteBuf> parts) {
        return Flux.defer(
                () -> {
                    var size = new AtomicLong();
                    return parts.handle(
                            (part, sink) -> {
                                if (size.addAndGet(part.readableBytes()) <= limit) {
                                    sink.next(part);
                                } else {
                                    sink.error(new Exceeded());
                                }
                            });
                });
    }
}
