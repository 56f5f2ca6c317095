package io.callbacks.invoker.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;

import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** What sending on and handing back have in common, whoever is behind the door. */
public final class Upstream {
    private static final int LONGEST_HEAD = 64 * 1024;
    private static final int MOST_CONNECTIONS = 512;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** Shorter than what is behind the door keeps them, so that none is used while it is closed. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private Upstream() {}

    /** A client that sends a request once, and adds nothing to it. */
    public static HttpClient client(String name, LoopResources loops) {
        var connections =
                ConnectionProvider.builder(name)
                        .maxConnections(MOST_CONNECTIONS)
                        .pendingAcquireTimeout(CONNECT_TIMEOUT)
                        .maxIdleTime(IDLE)
                        .evictInBackground(IDLE)
                        .disposeInactivePoolsInBackground(IDLE, IDLE.multipliedBy(2))
                        .lifo()
                        .build();
        return HttpClient.create(connections)
                .runOn(loops)
                // a request that was read but not answered may have been carried out
                .disableRetry(true)
                .followRedirect(false)
                .compress(false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .httpResponseDecoder(
                        limits ->
                                limits.maxHeaderSize(LONGEST_HEAD)
                                        .maxInitialLineLength(LONGEST_HEAD));
    }

    /** Makes {@code out} the headers of a request: the caller's, and no others. */
    public static void requestHeaders(
            HttpServerRequest request, RequestBody body, HttpHeaders out) {
        var in = request.requestHeaders();
        out.clear();
        out.set(HttpHeaderNames.HOST, in.get(HttpHeaderNames.HOST));
        EndToEndHeaders.ofRequest(in, out);
        var length = in.get(CONTENT_LENGTH);
        if (length != null) {
            out.set(CONTENT_LENGTH, length);
        } else if (body.length().isPresent()) {
            out.set(CONTENT_LENGTH, body.length().getAsLong());
        } else if (body.exists()) {
            out.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
    }

    /** Hands an answer back, its headers being there already; each part of a stream as it comes. */
    public static Mono<Void> answer(
            HttpClientResponse answer,
            ByteBufFlux content,
            HttpServerRequest request,
            HttpServerResponse response) {
        return Mono.defer(() -> Mono.from(send(answer, content, request, response)))
                .onErrorMap(AbortedException.class, CallerGoneException::new);
    }

    private static Publisher<Void> send(
            HttpClientResponse answer,
            ByteBufFlux content,
            HttpServerRequest request,
            HttpServerResponse response) {
        int status = answer.status().code();
        var length = answer.responseHeaders().get(CONTENT_LENGTH);
        response.status(answer.status());
        if (length != null && status != 204) {
            response.header(CONTENT_LENGTH, length);
        }
        if (request.method().equals(HttpMethod.HEAD) || status == 204 || status == 304) {
            return response.send();
        }
        if (length == null) {
            response.chunkedTransfer(request.version().equals(HttpVersion.HTTP_1_1));
        }
        return response.send(content.retain(), _ -> length == null);
    }
}
