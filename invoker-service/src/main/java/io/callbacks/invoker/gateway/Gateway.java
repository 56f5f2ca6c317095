package io.callbacks.invoker.gateway;

import io.callbacks.event.Route;
import io.callbacks.invoker.http.CallerGoneException;
import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.http.ProblemException;
import io.callbacks.invoker.http.RequestBody;
import io.callbacks.invoker.http.RequestId;
import io.callbacks.invoker.http.RequestRules;
import io.callbacks.invoker.route.MalformedPathException;
import io.callbacks.invoker.route.Match;
import io.callbacks.invoker.route.RequestPath;
import io.callbacks.invoker.route.Routes;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Runs callbacks: rules, request id, route, body, a turn on an instance, there and back, within one
 * deadline. The function's own answer passes untouched; every other answer is a problem.
 */
public final class Gateway
        implements BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {
    private static final Logger log = LoggerFactory.getLogger(Gateway.class);
    private static final int PREFIX = "/api".length();

    /** How much later than the instance itself the gateway gives up. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Routes routes;
    private final Lines lines;
    private final Instances instances;
    private final GatewayMetrics metrics;
    private final GatewayProperties limits;
    private final Queueing queueing;

    Gateway(
            Routes routes,
            Lines lines,
            Instances instances,
            GatewayMetrics metrics,
            GatewayProperties limits,
            Queueing queueing) {
        this.routes = routes;
        this.lines = lines;
        this.instances = instances;
        this.metrics = metrics;
        this.limits = limits;
        this.queueing = queueing;
    }

    /** Whether a request target is for the gateway. */
    public static boolean takes(String target) {
        return target.startsWith("/api") && (target.length() == PREFIX || isCut(target));
    }

    private static boolean isCut(String target) {
        char next = target.charAt(PREFIX);
        return next == '/' || next == '?';
    }

    @Override
    public Mono<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        var call = new Call(request, response, RequestId.of(request.requestHeaders()));
        var sample = metrics.start();
        return Mono.defer(() -> answer(call, sample))
                .onErrorResume(error -> failed(call, error))
                .doOnTerminate(() -> sample.answered(response.status().code()))
                .doOnCancel(sample::abandoned);
    }

    private Mono<Void> answer(Call call, GatewayMetrics.Sample sample) {
        RequestRules.check(call.request());
        return switch (match(call.request())) {
            case Match.UnknownPath _ -> Mono.error(Problems.unknownPath().asException());
            case Match.OtherMethod known -> otherMethod(call, known);
            case Match.Found found -> {
                sample.of(found.target().callbackId());
                yield Preferences.wantsNoWait(call.request().requestHeaders())
                        ? accept(call, found)
                        : invoke(call, found);
            }
        };
    }

    private Match match(HttpServerRequest request) {
        var table = routes.current().orElseThrow(() -> Problems.starting().asException());
        var target = request.uri();
        int query = target.indexOf('?');
        var path = target.substring(PREFIX, query < 0 ? target.length() : query);
        return table.match(RequestPath.parse(path), request.method().name());
    }

    private static Mono<Void> otherMethod(Call call, Match.OtherMethod known) {
        if (!call.request().method().equals(HttpMethod.OPTIONS)) {
            return Mono.error(Problems.methodNotAllowed(known).asException());
        }
        return call.response()
                .status(HttpResponseStatus.NO_CONTENT)
                .header(HttpHeaderNames.ALLOW, String.join(", ", known.allowed()))
                .header(RequestId.HEADER, call.id())
                .send();
    }

    /** Takes a request to carry it out later; it need not be deployed yet. */
    private Mono<Void> accept(Call call, Match.Found found) {
        long most = limits.maxBody().toBytes();
        return RequestBody.read(call.request(), most, most)
                .flatMap(
                        body ->
                                LaterCall.of(call, found, body)
                                        .flatMap(queueing::accept)
                                        .doFinally(_ -> body.release()))
                .flatMap(id -> accepted(call, id));
    }

    private static Mono<Void> accepted(Call call, String invocationId) {
        return call.response()
                .status(HttpResponseStatus.ACCEPTED)
                .header(HttpHeaderNames.LOCATION, "/invocations/" + invocationId)
                .header("Preference-Applied", Preferences.RESPOND_ASYNC)
                .header(RequestId.HEADER, call.id())
                .header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .sendString(
                        Mono.just(
                                "{\"invocation_id\":\"%s\",\"state\":\"queued\"}"
                                        .formatted(invocationId)))
                .then();
    }

    private Mono<Void> invoke(Call call, Match.Found found) {
        var target = found.target();
        if (!target.deployed()) {
            return Mono.error(Problems.notDeployed().asException());
        }
        long keep = limits.repeatableBody().toBytes();
        var timeout = Duration.ofSeconds(target.limits().timeoutSeconds());
        long minEnv = PlatformHeaders.minEnvVersion(call.request().requestHeaders());
        return RequestBody.read(call.request(), keep, limits.maxBody().toBytes())
                .flatMap(
                        body ->
                                attempt(invocation(call, found, body, minEnv, timeout))
                                        .timeout(timeout.plus(GRACE))
                                        .doFinally(_ -> body.release()))
                .onErrorMap(error -> told(call, error, target.route()));
    }

    private Invocation invocation(
            Call call, Match.Found found, RequestBody body, long minEnv, Duration timeout) {
        var queueEnd = Deadline.in(limits.queueTime());
        return new Invocation(call, found, body, minEnv, queueEnd, Deadline.in(timeout));
    }

    private Mono<Void> attempt(Invocation call) {
        return lines.of(call.target().callbackId())
                .use(call.minEnvVersion(), call.patience(), turn -> instances.send(call, turn))
                .onErrorMap(ProblemException.class, e -> call.isTimedOut() ? overdue() : e)
                .onErrorResume(TurnedAway.class, e -> again(call, e));
    }

    private Mono<Void> again(Invocation call, TurnedAway away) {
        metrics.turnedAway(away.reason());
        if (call.body().isRepeatable()) {
            return attempt(call);
        }
        return Mono.error(
                switch (away.reason()) {
                    case REFUSED, UNREACHABLE -> Problems.notReady().asException();
                    case NOT_STARTED -> Problems.busy().asException();
                });
    }

    private static ProblemException overdue() {
        return Problems.timeout().asException();
    }

    /** Once an answer has begun it can only be broken off; else a problem takes its place. */
    private static Mono<Void> failed(Call call, Throwable error) {
        if (error instanceof CallerGoneException || call.response().hasSentHeaders()) {
            return Mono.error(error);
        }
        return problemOf(call, error)
                .with(RequestId.HEADER, call.id())
                .answer(call.request(), call.response());
    }

    /** What became of an invocation, and by which revision. */
    private static Throwable told(Call call, Throwable error, Optional<Route> route) {
        if (error instanceof CallerGoneException) {
            return error;
        }
        var problem = problemOf(call, error);
        return route.map(by -> PlatformHeaders.served(problem, by)).orElse(problem).asException();
    }

    private static Problem problemOf(Call call, Throwable error) {
        return switch (error) {
            case ProblemException known -> known.problem();
            case MalformedPathException path -> Problem.badRequest(path.reason());
            case TimeoutException _ -> Problems.timeout();
            case BrokeOffException broken -> {
                log.warn(
                        "Instance broke off: request={} reason={}", call.id(), broken.getMessage());
                yield Problems.brokeOff();
            }
            default -> {
                log.error("Gateway failed: request={}", call.id(), error);
                yield Problems.internalError();
            }
        };
    }
}
