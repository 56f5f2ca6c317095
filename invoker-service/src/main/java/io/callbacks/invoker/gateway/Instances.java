package io.callbacks.invoker.gateway;

import io.callbacks.invoker.gateway.TurnedAway.Reason;
import io.callbacks.invoker.http.CallerGoneException;
import io.callbacks.invoker.http.EndToEndHeaders;
import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.http.ProblemException;
import io.callbacks.invoker.http.RequestBody;
import io.callbacks.invoker.http.RequestId;
import io.callbacks.invoker.http.Upstream;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;

/** Sends a request to an instance, once, and its answer back as it comes. */
final class Instances {
    private final HttpClient client;

    Instances(HttpClient client) {
        this.client = client;
    }

    /** Ends in {@link TurnedAway} where the handler has not seen the request. */
    Mono<Void> send(Invocation call, Turn turn) {
        return exchange(
                        turn,
                        call.method(),
                        call.request().uri(),
                        () -> {
                            var headers = Upstream.headersOf(call.request(), call.body());
                            PlatformHeaders.addTo(headers, call, turn);
                            return headers;
                        },
                        call.body(),
                        (answer, content) -> answer(call, turn, answer, content))
                .then();
    }

    /** The same for any request; {@code read} gets the answer of who has taken it. */
    <T> Flux<T> exchange(
            Turn turn,
            HttpMethod method,
            String target,
            Supplier<HttpHeaders> headers,
            RequestBody body,
            BiFunction<HttpClientResponse, ByteBufFlux, Publisher<T>> read) {
        return client.request(method)
                .uri(turn.instance().url() + target)
                .send((_, out) -> Upstream.request(out, headers.get(), body))
                .response((answer, content) -> taken(answer, content, read))
                .onErrorMap(Instances::meaningOf);
    }

    private static <T> Publisher<T> taken(
            HttpClientResponse answer,
            ByteBufFlux content,
            BiFunction<HttpClientResponse, ByteBufFlux, Publisher<T>> read) {
        int status = answer.status().code();
        if (status < 200) {
            return Mono.error(new ProtocolException("status " + status));
        }
        if (status == 503 && answer.responseHeaders().contains(PlatformHeaders.REFUSED)) {
            return content.then(Mono.error(new TurnedAway(Reason.REFUSED)));
        }
        if (status == 503 && "not-started".equals(answer.responseHeaders().get(Problem.ERROR))) {
            return content.then(Mono.error(new TurnedAway(Reason.NOT_STARTED)));
        }
        return read.apply(answer, content);
    }

    private static Publisher<Void> answer(
            Invocation call, Turn turn, HttpClientResponse answer, ByteBufFlux content) {
        var response = call.call().response();
        var headers = response.responseHeaders();
        EndToEndHeaders.ofAnswer(answer.responseHeaders(), headers, PlatformHeaders.PASSED);
        PlatformHeaders.served(headers, turn.route());
        if (!headers.contains(RequestId.HEADER)) {
            headers.set(RequestId.HEADER, call.call().id());
        }
        return Upstream.answer(answer, content, call.request(), response);
    }

    private static Throwable meaningOf(Throwable error) {
        return switch (error) {
            case TurnedAway _, ProblemException _, CallerGoneException _ -> error;
            default ->
                    isUnreachable(error)
                            ? new TurnedAway(Reason.UNREACHABLE)
                            : new BrokeOffException(error);
        };
    }

    private static boolean isUnreachable(Throwable error) {
        return error instanceof ConnectException
                || error instanceof UnknownHostException
                || error instanceof UnresolvedAddressException
                || error instanceof PoolAcquireTimeoutException
                || error instanceof PoolAcquirePendingLimitException;
    }
}
