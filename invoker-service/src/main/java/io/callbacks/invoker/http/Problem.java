package io.callbacks.invoker.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer of the platform's own that is not a success: an RFC 9457 problem, told from a
 * function's answer by the header {@value #ERROR}.
 *
 * @param name kebab-case
 * @param detail what was wrong and how to mend it
 * @param headers more headers
 * @param close whether the connection cannot be used on
 */
public record Problem(
        int status, String name, String detail, Map<String, String> headers, boolean close) {
    /** Names the problem of an answer. */
    public static final String ERROR = "X-Callbacks-Error";

    private static final JsonMapper JSON = new JsonMapper();

    public Problem {
        headers = Map.copyOf(headers);
    }

    /** A problem without further headers. */
    public static Problem of(int status, String name, String detail) {
        return new Problem(status, name, detail, Map.of(), false);
    }

    /** A request that is refused as it stands. */
    public static Problem badRequest(String detail) {
        return of(400, "bad-request", detail);
    }

    /** A body over the limit. */
    public static Problem bodyTooLarge(long limit) {
        var detail = "The body is larger than %d bytes; send less.".formatted(limit);
        return of(413, "body-too-large", detail);
    }

    /** A body whose chunks are broken. */
    public static Problem brokenBody() {
        return badRequest("The chunks of the body are malformed.").closing();
    }

    /** A body that stopped coming. */
    public static Problem bodyTooSlow() {
        return of(408, "request-timeout", "The body did not come in time; send it again.")
                .closing();
    }

    /** The same with one more header. */
    public Problem with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Problem(status, name, detail, more, close);
    }

    /** The same, ending the connection. */
    public Problem closing() {
        return new Problem(status, name, detail, headers, true);
    }

    /** To be thrown where an answer is decided deep inside. */
    public ProblemException asException() {
        return new ProblemException(this);
    }

    /** Answers with it, and with nothing of another answer that was to be given. */
    public Mono<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        return Mono.defer(() -> send(request, response))
                .onErrorMap(AbortedException.class, CallerGoneException::new);
    }

    private Mono<Void> send(HttpServerRequest request, HttpServerResponse response) {
        var body =
                JSON.writeValueAsBytes(
                        new Body("urn:callbacks:problem:" + name, titleOf(name), status, detail));
        response.responseHeaders().clear();
        response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
                .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length))
                .header(ERROR, name);
        headers.forEach(response::header);
        // who waits for a go-ahead that never comes may send its body or may not
        if (close || request.requestHeaders().contains(HttpHeaderNames.EXPECT)) {
            response.keepAlive(false);
        }
        return request.method().equals(HttpMethod.HEAD)
                ? response.send()
                : response.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body))).then();
    }

    /** The name in words. */
    public static String titleOf(String name) {
        var words = name.replace('-', ' ');
        return Character.toTitleCase(words.charAt(0)) + words.substring(1);
    }

    private record Body(String type, String title, int status, String detail) {}
}
