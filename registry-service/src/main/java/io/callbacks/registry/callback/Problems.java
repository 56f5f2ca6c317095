package io.callbacks.registry.callback;

import static io.callbacks.service.web.ProblemHandlerSupport.problem;

import io.callbacks.registry.callback.RegistryException.DuplicatePath;
import io.callbacks.registry.callback.RegistryException.RevisionNotBuilt;
import io.callbacks.registry.callback.RegistryException.TargetUnavailable;
import io.callbacks.registry.callback.RegistryException.UnknownCallback;
import io.callbacks.registry.callback.RegistryException.UnknownRevision;
import io.callbacks.registry.callback.RegistryException.UnknownTrigger;
import io.callbacks.registry.callback.RegistryException.VersionMismatch;
import io.callbacks.registry.validation.InvalidRequestException;
import java.util.Objects;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/** What is answered to what is not done, whoever asked for it. */
final class Problems {
    private Problems() {}

    static ProblemDetail of(RegistryException e) {
        return switch (e) {
            case UnknownCallback _ -> problem(HttpStatus.NOT_FOUND, "unknown-callback", message(e));
            case UnknownRevision _ -> problem(HttpStatus.NOT_FOUND, "unknown-revision", message(e));
            case UnknownTrigger _ -> problem(HttpStatus.NOT_FOUND, "unknown-trigger", message(e));
            case DuplicatePath _ ->
                    field(problem(HttpStatus.CONFLICT, "duplicate-path", message(e)), "path");
            case RevisionNotBuilt _ ->
                    problem(HttpStatus.CONFLICT, "revision-not-built", message(e));
            case TargetUnavailable _ ->
                    field(problem(HttpStatus.CONFLICT, "target-unavailable", message(e)), "c_type");
            case VersionMismatch _ ->
                    problem(HttpStatus.PRECONDITION_FAILED, "version-mismatch", message(e));
        };
    }

    /** One fault gives the problem its name; several are told together. */
    static ProblemDetail of(InvalidRequestException e) {
        var faults = e.faults();
        var first = faults.getFirst();
        var problem =
                e.count() == 1
                        ? field(
                                problem(HttpStatus.BAD_REQUEST, first.problem(), first.detail()),
                                first.field())
                        : problem(
                                HttpStatus.BAD_REQUEST,
                                "invalid-request",
                                "%d faults; the first: %s".formatted(e.count(), first.detail()));
        problem.setProperty("errors", faults);
        return problem;
    }

    private static String message(Exception e) {
        return Objects.requireNonNull(e.getMessage());
    }

    private static ProblemDetail field(ProblemDetail problem, String field) {
        problem.setProperty("field", field);
        return problem;
    }
}
