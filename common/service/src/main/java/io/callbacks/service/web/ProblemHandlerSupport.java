package io.callbacks.service.web;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.reactive.result.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * Answers every error as an RFC 9457 problem whose type is {@code urn:callbacks:problem:<name>}. A
 * service adds its own exceptions in a {@code @RestControllerAdvice} of its own.
 */
public abstract class ProblemHandlerSupport extends ResponseEntityExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(ProblemHandlerSupport.class);

    /** A problem of ours. */
    public static ProblemDetail problem(HttpStatusCode status, String name, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:callbacks:problem:" + name));
        return problem;
    }

    @Override
    protected Mono<ResponseEntity<Object>> handleServerWebInputException(
            ServerWebInputException error,
            HttpHeaders headers,
            HttpStatusCode status,
            ServerWebExchange exchange) {
        var problem =
                switch (rootOf(error)) {
                    case DataBufferLimitException _ -> bodyTooLarge();
                    case JacksonException json ->
                            problem(
                                    status,
                                    "malformed-json",
                                    "The body is not valid JSON: " + where(json));
                    case DecodingException _ ->
                            problem(
                                    status,
                                    "malformed-json",
                                    "The body is not valid JSON in UTF-8.");
                    default -> ofRequest(error);
                };
        return handleExceptionInternal(
                error, problem, headers, HttpStatusCode.valueOf(problem.getStatus()), exchange);
    }

    /** The parser says best what is wrong, unless it speaks of its own limits or classes. */
    private static String where(JacksonException error) {
        var location = error.getLocation();
        return switch (error) {
            case StreamConstraintsException _ ->
                    "it is nested too deep, or has too long a number or name.";
            case MismatchedInputException _ -> "more follows where it should end.";
            default ->
                    location == null
                            ? error.getOriginalMessage()
                            : "%s (line %d, column %d)"
                                    .formatted(
                                            error.getOriginalMessage(),
                                            location.getLineNr(),
                                            location.getColumnNr());
        };
    }

    private static ProblemDetail ofRequest(ServerWebInputException error) {
        var parameter = error.getMethodParameter();
        if (parameter != null && error.getCause() instanceof TypeMismatchException) {
            var name = String.valueOf(parameter.getParameterName());
            var problem =
                    problem(
                            error.getStatusCode(),
                            "invalid-" + name,
                            "'%s' cannot be read as what it should be.".formatted(name));
            problem.setProperty("field", name);
            return problem;
        }
        return parameter != null && parameter.hasParameterAnnotation(RequestBody.class)
                ? problem(error.getStatusCode(), "malformed-json", "The body is not valid JSON.")
                : problem(error.getStatusCode(), "bad-request", String.valueOf(error.getReason()));
    }

    /** Spring has this one for a body whose length tells at once. */
    @Override
    protected Mono<ResponseEntity<Object>> handleResponseStatusException(
            ResponseStatusException error,
            HttpHeaders headers,
            HttpStatusCode status,
            ServerWebExchange exchange) {
        var problem = status.isSameCodeAs(HttpStatus.CONTENT_TOO_LARGE) ? bodyTooLarge() : null;
        return handleExceptionInternal(error, problem, headers, status, exchange);
    }

    private static ProblemDetail bodyTooLarge() {
        return problem(
                HttpStatus.CONTENT_TOO_LARGE,
                "body-too-large",
                "The body is larger than a management call may be; send less.");
    }

    private static Throwable rootOf(Throwable error) {
        var cause = error;
        while (cause.getCause() != null && !(cause instanceof JacksonException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Anything unforeseen: a clean answer for the caller, the stack trace for the log. */
    @ExceptionHandler
    Mono<ResponseEntity<Object>> handleUnforeseen(Exception error, ServerWebExchange exchange) {
        if (error instanceof ResponseStatusException known) {
            return handleExceptionInternal(
                    known, null, known.getHeaders(), known.getStatusCode(), exchange);
        }
        log.error(
                "Unforeseen error: method={} path={}",
                exchange.getRequest().getMethod(),
                exchange.getRequest().getPath(),
                error);
        var problem =
                problem(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "internal-error",
                        "The platform failed to handle this; its log says why.");
        return handleExceptionInternal(
                error, problem, new HttpHeaders(), HttpStatus.INTERNAL_SERVER_ERROR, exchange);
    }

    /** Gives Spring's own problems a type of ours, named for their status. */
    @Override
    protected Mono<ResponseEntity<Object>> createResponseEntity(
            @Nullable Object body,
            @Nullable HttpHeaders headers,
            HttpStatusCode status,
            ServerWebExchange exchange) {
        if (body instanceof ProblemDetail problem && isUntyped(problem)) {
            problem.setType(URI.create("urn:callbacks:problem:" + nameOf(status)));
        }
        var all = new HttpHeaders();
        if (headers != null) {
            all.putAll(headers);
        }
        all.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return Mono.just(new ResponseEntity<>(body, all, status));
    }

    private static boolean isUntyped(ProblemDetail problem) {
        return problem.getType() == null || problem.getType().toString().equals("about:blank");
    }

    private static String nameOf(HttpStatusCode status) {
        var known = HttpStatus.resolve(status.value());
        return known == null
                ? "error"
                : known.getReasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '-');
    }
}
