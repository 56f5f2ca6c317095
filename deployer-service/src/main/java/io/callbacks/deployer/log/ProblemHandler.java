package io.callbacks.deployer.log;

import io.callbacks.service.web.ProblemHandlerSupport;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

@RestControllerAdvice
final class ProblemHandler extends ProblemHandlerSupport {
    @ExceptionHandler
    ResponseEntity<ProblemDetail> handle(UnknownCallbackException e) {
        return ResponseEntity.of(
                        problem(
                                HttpStatus.NOT_FOUND,
                                "unknown-callback",
                                String.valueOf(e.getMessage())))
                .build();
    }
}
