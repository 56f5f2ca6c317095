package io.callbacks.invoker.management;

import io.callbacks.invoker.http.CallerGoneException;
import io.callbacks.invoker.http.EndToEndHeaders;
import io.callbacks.invoker.http.Forwarded;
import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.http.ProblemException;
import io.callbacks.invoker.http.RequestBody;
import io.callbacks.invoker.http.RequestId;
import io.callbacks.invoker.http.RequestRules;
import io.callbacks.invoker.http.Upstream;
import io.callbacks.invoker.route.MalformedPathException;
import io.callbacks.invoker.route.RequestPath;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.util.retry.Retry;
import reactor.util.retry.RetryBackoffSpec;

/**
 * Passes management calls on to the service that answers them, path and query unchanged, once they
 * have passed the door; answers come back as they are made.
 */
public final class Management
        implements BiFunction<HttpServerRequest, HttpServerResponse, Mono<Void>> {
    private static final Logger log = LoggerFactory.getLogger(Management.class);
    private static final Pattern OURS =
            Pattern.compile("/(?:callbacks|deploy|targets|invocations|dead-letters)(?:[/?].*)?");

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

    /** Of what the services behind the door say, this is for the caller. */
    private static final Set<String> PASSED = EndToEndHeaders.names(Problem.ERROR);

    private final Door door;
    private final Services services;
    private final HttpClient client;
    private final OpenStreams streams;
    private final long maxBody;
    private final RetryBackoffSpec whileAway;

    Management(
            Door door,
            Services services,
            HttpClient client,
            OpenStreams streams,
            long maxBody,
            Duration serviceWait) {
        this.door = door;
        this.services = services;
        this.client = client;
        this.streams = streams;
        this.maxBody = maxBody;
        this.whileAway =
                Retry.fixedDelay(serviceWait.dividedBy(BETWEEN_TRIES), BETWEEN_TRIES)
                        .filter(Management::isAway)
                        .onRetryExhaustedThrow((_, last) -> last.failure());
    }

    /** Whether a request target is a management call. */
    public static boolean takes(String target) {
        return OURS.matcher(target).matches();
    }

    @Override
    public Mono<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        return Mono.defer(() -> pass(request, response))
                .onErrorResume(
                        error ->
                                response.hasSentHeaders() || error instanceof CallerGoneException
                                        ? Mono.error(error)
                                        : problemOf(error).answer(request, response));
    }

    private Mono<Void> pass(HttpServerRequest request, HttpServerResponse response) {
        RequestRules.check(request);
        door.check(request);
        var path = request.uri().split("\\?", 2)[0];
        RequestPath.parse(path);
        var service = services.answering(path);
        // read whole, so that one that is too long never reaches a service
        return RequestBody.read(request, maxBody, maxBody)
                .flatMap(
                        body ->
                                send(request, response, body, service)
                                        .retryWhen(whileAway)
                                        .doFinally(_ -> body.release()))
                .onErrorMap(error -> !isAnswered(error), error -> away(service, error));
    }

    private Mono<Void> send(
            HttpServerRequest request,
            HttpServerResponse response,
            RequestBody body,
            Service service) {
        return client.request(request.method())
                .uri(service.url() + request.uri())
                .send(
                        (_, out) -> {
                            var headers = Upstream.headersOf(request, body);
                            Forwarded.addTo(headers, request);
                            RequestId.addTo(headers, RequestId.of(request.requestHeaders()));
                            return Upstream.request(out, headers, body);
                        })
                .response(
                        (answer, content) -> {
                            EndToEndHeaders.ofAnswer(
                                    answer.responseHeaders(), response.responseHeaders(), PASSED);
                            return Upstream.answer(
                                    answer, streams.content(answer, content), request, response);
                        })
                .then();
    }

    private static boolean isAnswered(Throwable error) {
        return error instanceof ProblemException
                || error instanceof MalformedPathException
                || error instanceof CallerGoneException;
    }

    /** Whether the service cannot have seen the call. */
    private static boolean isAway(Throwable error) {
        return error instanceof ConnectException || error instanceof UnknownHostException;
    }

    private static ProblemException away(Service service, Throwable error) {
        log.warn("Service is away: service={} reason={}", service.name(), error.toString());
        var problem =
                isAway(error)
                        ? Problem.of(
                                        503,
                                        "service-away",
                                        "The %s does not run, or not where the invoker looks for it (callbacks.invoker.%s-url)."
                                                .formatted(service.name(), service.name()))
                                .with("Retry-After", "2")
                        : Problem.of(
                                502,
                                "service-broke-off",
                                "The %s broke off; look whether the call took effect before trying again."
                                        .formatted(service.name()));
        return problem.asException();
    }

    private static Problem problemOf(Throwable error) {
        return switch (error) {
            case ProblemException known -> known.problem();
            case MalformedPathException path -> Problem.badRequest(path.reason());
            default -> {
                log.error("Could not pass a management call on", error);
                yield Problem.of(
                        500,
                        "internal-error",
                        "The gateway failed to handle this; its log says why.");
            }
        };
    }
}
