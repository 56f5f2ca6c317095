package io.callbacks.invoker.gateway;

import io.callbacks.event.Route;
import io.callbacks.invoker.gateway.Reply.Answer;
import io.callbacks.invoker.gateway.Reply.NotReached;
import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.http.ProblemException;
import io.callbacks.invoker.route.Target;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Calls callbacks for the platform itself, on the same instances, in the same lines and within the
 * same limits as requests at the door.
 */
public final class Calls {
    private static final Logger log = LoggerFactory.getLogger(Calls.class);

    /** How much later than the instance itself this gives up. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Lines lines;
    private final Instances instances;
    private final long largestAnswer;

    Calls(Lines lines, Instances instances, long largestAnswer) {
        this.lines = lines;
        this.instances = instances;
        this.largestAnswer = largestAnswer;
    }

    /**
     * One try. Ends in an error only for a fault of our own.
     *
     * @param patience how long it may stand in line
     * @param begins asked when there is an instance to send it to; false calls it off, and then
     *     there is no reply
     */
    public Mono<Reply> call(
            Target target, Sendable what, Duration patience, BooleanSupplier begins) {
        return attempt(target, what, Deadline.in(patience), begins)
                .onErrorResume(ProblemException.class, e -> Mono.just(new NotReached(e.problem())));
    }

    private Mono<Reply> attempt(
            Target target, Sendable what, Deadline queueEnd, BooleanSupplier begins) {
        return lines.of(target.callbackId())
                .use(
                        0,
                        queueEnd.left(),
                        turn ->
                                begins.getAsBoolean()
                                        ? send(target, what, turn)
                                        : Mono.<Reply>empty())
                .onErrorResume(TurnedAway.class, _ -> attempt(target, what, queueEnd, begins));
    }

    private Mono<Reply> send(Target target, Sendable what, Turn turn) {
        var timeout = Duration.ofSeconds(target.limits().timeoutSeconds());
        return instances
                .exchange(
                        turn,
                        what.method(),
                        what.target(),
                        () -> {
                            var headers = new DefaultHttpHeaders().add(what.headers());
                            PlatformHeaders.addTo(headers, turn, timeout);
                            return headers;
                        },
                        what.toBody(),
                        (answer, content) -> read(answer, content, turn.route()))
                .single()
                .timeout(timeout.plus(GRACE))
                .onErrorResume(TimeoutException.class, _ -> failed(Problems.timeout()))
                .onErrorResume(BrokeOffException.class, e -> brokeOff(target, e));
    }

    private static Mono<Reply> failed(Problem problem) {
        return Mono.just(Answer.of(problem));
    }

    private static Mono<Reply> brokeOff(Target target, BrokeOffException e) {
        log.warn("Instance broke off: callback={} reason={}", target.callbackId(), e.getMessage());
        return failed(Problems.brokeOff());
    }

    private Mono<Reply> read(HttpClientResponse answer, ByteBufFlux content, Route by) {
        var length = answer.responseHeaders().get(HttpHeaderNames.CONTENT_LENGTH, "0");
        if (length.length() > 18 || Long.parseLong(length) > largestAnswer) {
            return failed(tooLarge());
        }
        return content.transform(parts -> Limited.to(largestAnswer, parts))
                .as(ByteBufFlux::fromInbound)
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .<Reply>map(body -> answer(answer, body, by))
                .onErrorResume(Limited.Exceeded.class, _ -> failed(tooLarge()));
    }

    private static Answer answer(HttpClientResponse answer, byte[] body, Route by) {
        var headers = answer.responseHeaders();
        return new Answer(
                answer.status().code(),
                Optional.ofNullable(headers.get(Problem.ERROR)),
                Optional.ofNullable(headers.get(HttpHeaderNames.CONTENT_TYPE)),
                body,
                headers.getInt(PlatformHeaders.REVISION, by.revision()),
                Long.parseLong(
                        headers.get(PlatformHeaders.ENV_VERSION, Long.toString(by.envVersion()))));
    }

    private Problem tooLarge() {
        return Problem.of(
                502,
                "answer-too-large",
                "The answer is larger than %d bytes; answer less, or store it elsewhere."
                        .formatted(largestAnswer));
    }
}
