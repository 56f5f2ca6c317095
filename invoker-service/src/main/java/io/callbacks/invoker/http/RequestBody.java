package io.callbacks.invoker.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;

import io.netty.buffer.ByteBuf;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/**
 * A request's body. A small one is read whole before it is used, so it can be sent again; of a
 * larger one the first part is kept and the rest streamed, once. To be released by who read it.
 */
public sealed interface RequestBody permits BodyReader, NoBody, WholeBody {
    /**
     * Reads up to about {@code keep} bytes.
     *
     * @param limit how long it may be; a longer one ends in a {@link ProblemException} (413), now
     *     or while the rest is streamed
     */
    static Mono<RequestBody> read(HttpServerRequest request, long keep, long limit) {
        var headers = request.requestHeaders();
        var length = headers.get(CONTENT_LENGTH);
        if (length == null && !headers.contains(TRANSFER_ENCODING)) {
            return Mono.just(NoBody.INSTANCE);
        }
        if (length != null && Long.parseLong(length) > limit) {
            return Mono.error(Problem.bodyTooLarge(limit).asException());
        }
        return Mono.create(
                read -> {
                    var reader = new BodyReader(keep, limit, read);
                    read.onCancel(reader::release);
                    request.receive().retain().subscribe(reader);
                });
    }

    /** Whether there is one at all; one of no bytes is one. */
    boolean exists();

    /** Whether {@link #content()} may be used (again). */
    boolean isRepeatable();

    /** The bytes. */
    Publisher<ByteBuf> content();

    /** Lets go of what is kept and reads no further. May be repeated. */
    void release();
}
