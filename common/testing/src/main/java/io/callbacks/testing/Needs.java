package io.callbacks.testing;

import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips the tests of a class, saying why, where something is not there that they need. Reports
 * count each of them as skipped, which they do not where a {@code BeforeAll} gives up.
 */
public abstract class Needs implements ExecutionCondition {
    @Override
    public final ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getTestMethod().isPresent()
                ? ConditionEvaluationResult.enabled("as its class is")
                : missing()
                        .map(ConditionEvaluationResult::disabled)
                        .orElseGet(() -> ConditionEvaluationResult.enabled("all is there"));
    }

    /** What is not there, and what to do about it. Asked once for each class. */
    protected abstract Optional<String> missing();
}
