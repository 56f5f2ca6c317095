package io.callbacks.registry.callback;

import io.callbacks.registry.validation.InvalidRequestException;
import io.callbacks.service.web.ProblemHandlerSupport;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

@RestControllerAdvice
final class ProblemHandler extends ProblemHandlerSupport {
    @ExceptionHandler
    ResponseEntity<ProblemDetail> handle(RegistryException e) {
        return ResponseEntity.of(Problems.of(e)).build();
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> handle(InvalidRequestException e) {
        return ResponseEntity.of(Problems.of(e)).build();
    }
}
