package io.callbacks.invoker.gateway;

import io.callbacks.invoker.http.EndToEndHeaders;
import io.callbacks.invoker.http.Forwarded;
import io.callbacks.invoker.http.RequestBody;
import io.callbacks.invoker.http.RequestId;
import io.callbacks.invoker.route.Match;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An HTTP request as the function is to get it later.
 *
 * @param target path and query, as they were sent
 * @param headers all that are for the function, in the order they were sent
 * @param resource the registered path, with a leading slash
 * @param peer address of the caller
 * @param requestId what it goes by in logs
 * @param body null if it has none
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record LaterCall(
        long callbackId,
        String method,
        String target,
        List<Header> headers,
        String resource,
        Map<String, String> parameters,
        String peer,
        String requestId,
        byte @Nullable [] body) {
    private static final String FORWARDED = "X-Forwarded-";

    public LaterCall {
        headers = List.copyOf(headers);
        parameters = Map.copyOf(parameters);
    }

    /** One line of a head. */
    public record Header(String name, String value) {}

    /** The call a request asks for; its body is read, and not let go of. */
    static Mono<LaterCall> of(Call call, Match.Found found, RequestBody body) {
        if (!body.exists()) {
            return Mono.just(of(call, found, (byte[]) null));
        }
        return Flux.from(body.content())
                .collect(ByteArrayOutputStream::new, LaterCall::append)
                .map(bytes -> of(call, found, bytes.toByteArray()));
    }

    private static void append(ByteArrayOutputStream all, ByteBuf part) {
        all.writeBytes(ByteBufUtil.getBytes(part));
        part.release();
    }

    private static LaterCall of(Call call, Match.Found found, byte @Nullable [] body) {
        var request = call.request();
        var headers = new DefaultHttpHeaders();
        EndToEndHeaders.ofRequest(request.requestHeaders(), headers);
        headers.remove("Prefer");
        Forwarded.addTo(headers, request);
        RequestId.addTo(headers, call.id());
        if (body != null) { // which is whole now, however it came
            headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        return new LaterCall(
                found.target().callbackId(),
                found.target().method().equals("GET") ? "GET" : request.method().name(),
                request.uri(),
                headers.entries().stream().map(e -> new Header(e.getKey(), e.getValue())).toList(),
                "/" + found.target().template().text(),
                found.parameters(),
                Forwarded.addressOf(request),
                call.id(),
                body);
    }

    /** What an instance is sent. */
    public Sendable toSend() {
        var given = new DefaultHttpHeaders();
        headers.forEach(header -> given.add(header.name(), header.value()));
        var all = new DefaultHttpHeaders();
        EndToEndHeaders.ofRequest(given, all); // they may come from anyone who can write records
        for (var header : headers) {
            if (header.name().regionMatches(true, 0, FORWARDED, 0, FORWARDED.length())) {
                all.add(header.name(), header.value());
            }
        }
        all.remove(HttpHeaderNames.CONTENT_LENGTH);
        if (body != null) {
            all.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        PlatformHeaders.addTo(all, resource, parameters, peer);
        return new Sendable(HttpMethod.valueOf(method), target, all, body);
    }
}
