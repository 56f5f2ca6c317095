package io.callbacks.invoker.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/**
 * Reads a body as {@link RequestBody} says. The parts come on the connection's event loop; the
 * content is used, and let go of, on any.
 */
final class BodyReader extends BaseSubscriber<ByteBuf> implements RequestBody {
    private enum State {
        READING,
        STREAMING,
        WHOLE
    }

    private final long keep;
    private final long limit;
    private final MonoSink<RequestBody> read;
    private final List<ByteBuf> parts = new ArrayList<>();
    private final Sinks.Many<ByteBuf> rest = Sinks.many().unicast().onBackpressureBuffer();
    private volatile State state = State.READING;
    private volatile boolean used;
    private ByteBuf first = Unpooled.EMPTY_BUFFER;
    private boolean released;
    private long size;

    BodyReader(long keep, long limit, MonoSink<RequestBody> read) {
        this.keep = keep;
        this.limit = limit;
        this.read = read;
    }

    @Override
    public boolean exists() {
        return true;
    }

    @Override
    public boolean isRepeatable() {
        return state == State.WHOLE || !used;
    }

    @Override
    public Publisher<ByteBuf> content() {
        var kept = Mono.fromSupplier(this::kept);
        return state == State.WHOLE ? kept : Flux.concat(kept, streamed());
    }

    @Override
    public synchronized void release() {
        if (!released) {
            released = true;
            cancel();
            parts.forEach(ByteBuf::release);
            parts.clear();
            first.release();
        }
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        request(1);
    }

    @Override
    protected void hookOnNext(ByteBuf part) {
        size += part.readableBytes();
        if (size > limit) {
            part.release();
            cancel();
            fail(Problem.bodyTooLarge(limit).asException());
        } else if (state == State.STREAMING) {
            stream(part);
        } else {
            keep(part);
        }
    }

    @Override
    protected void hookOnComplete() {
        if (state == State.STREAMING) {
            rest.tryEmitComplete();
        } else if (handOver(State.WHOLE)) {
            read.success(this);
        }
    }

    @Override
    protected void hookOnError(Throwable error) {
        fail(
                switch (error) {
                    case BrokenBodyException _ -> Problem.brokenBody().asException();
                    case ReadTimeoutException _ -> Problem.bodyTooSlow().asException();
                    default -> new CallerGoneException(error);
                });
    }

    private void fail(RuntimeException error) {
        if (state == State.STREAMING) {
            rest.tryEmitError(error);
        } else {
            release();
            read.error(error);
        }
    }

    private void keep(ByteBuf part) {
        if (!kept(part)) {
            part.release();
        } else if (size <= keep) {
            request(1);
        } else if (handOver(State.STREAMING)) {
            read.success(this);
        }
    }

    private synchronized boolean kept(ByteBuf part) {
        return !released && parts.add(part);
    }

    private synchronized boolean handOver(State next) {
        if (released) {
            return false;
        }
        first = Unpooled.wrappedBuffer(parts.toArray(ByteBuf[]::new));
        parts.clear();
        state = next;
        return true;
    }

    private synchronized ByteBuf kept() {
        used = true;
        return first.retainedDuplicate();
    }

    private void stream(ByteBuf part) {
        if (rest.tryEmitNext(part).isFailure()) {
            part.release();
        }
    }

    private Flux<ByteBuf> streamed() {
        return rest.asFlux()
                .doOnRequest(this::request)
                .doOnCancel(this::cancel)
                .doOnDiscard(ByteBuf.class, ReferenceCountUtil::release);
    }
}
