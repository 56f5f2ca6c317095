package io.callbacks.registry.invocation;

import static io.callbacks.service.web.ProblemHandlerSupport.problem;

import io.callbacks.registry.invocation.InvocationException.EventsUnavailable;
import io.callbacks.registry.invocation.InvocationException.InvocationBegun;
import io.callbacks.registry.invocation.InvocationException.InvocationCancelled;
import io.callbacks.registry.invocation.InvocationException.InvocationFailed;
import io.callbacks.registry.invocation.InvocationException.InvocationNotEnded;
import io.callbacks.registry.invocation.InvocationException.InvocationNotReplayable;
import io.callbacks.registry.invocation.InvocationException.LetterInReplay;
import io.callbacks.registry.invocation.InvocationException.LetterNotReplayable;
import io.callbacks.registry.invocation.InvocationException.ResultGone;
import io.callbacks.registry.invocation.InvocationException.RevisionNotServing;
import io.callbacks.registry.invocation.InvocationException.UnknownInvocation;
import io.callbacks.registry.invocation.InvocationException.UnknownLetter;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Before the handler of everything else, which would call these unforeseen. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvocationProblemHandler {
    private static final Logger log = LoggerFactory.getLogger(InvocationProblemHandler.class);
    private static final String AFTER_SECONDS = "2";

    @ExceptionHandler
    ResponseEntity<ProblemDetail> handle(InvocationException e) {
        return switch (e) {
            case UnknownInvocation _ -> answer(HttpStatus.NOT_FOUND, "unknown-invocation", e);
            case InvocationNotEnded _ -> answer(HttpStatus.CONFLICT, "invocation-not-ended", e);
            case InvocationFailed _ -> answer(HttpStatus.CONFLICT, "invocation-failed", e);
            case InvocationCancelled _ -> answer(HttpStatus.CONFLICT, "invocation-cancelled", e);
            case InvocationBegun _ -> answer(HttpStatus.CONFLICT, "invocation-begun", e);
            case ResultGone _ -> answer(HttpStatus.GONE, "result-gone", e);
            case RevisionNotServing _ -> answer(HttpStatus.CONFLICT, "revision-not-serving", e);
            case InvocationNotReplayable _ ->
                    answer(HttpStatus.CONFLICT, "invocation-not-replayable", e);
            case UnknownLetter _ -> answer(HttpStatus.NOT_FOUND, "unknown-dead-letter", e);
            case LetterNotReplayable _ -> answer(HttpStatus.CONFLICT, "letter-not-replayable", e);
            case LetterInReplay _ -> answer(HttpStatus.CONFLICT, "letter-in-replay", e);
            case EventsUnavailable _ -> away(e);
        };
    }

    private static ResponseEntity<ProblemDetail> away(InvocationException e) {
        log.warn("Kafka is away: reason={}", String.valueOf(e.getCause()));
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, AFTER_SECONDS)
                .body(problem(HttpStatus.SERVICE_UNAVAILABLE, "events-unavailable", message(e)));
    }

    private static ResponseEntity<ProblemDetail> answer(
            HttpStatus status, String name, InvocationException e) {
        return ResponseEntity.of(problem(status, name, message(e))).build();
    }

    private static String message(Exception e) {
        return Objects.requireNonNull(e.getMessage());
    }
}
