package io.callbacks.builder.kubernetes;

import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Permission;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests, saying why, where no cluster answers. */
final class NeedsCluster implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getTestMethod().isPresent()
                ? ConditionEvaluationResult.enabled("as its class is")
                : trouble()
                        .map(ConditionEvaluationResult::disabled)
                        .orElseGet(() -> ConditionEvaluationResult.enabled("there is a cluster"));
    }

    private static Optional<String> trouble() {
        try (var cluster = KubernetesCluster.of(ClusterPlace.access(""))) {
            return cluster.trouble(Permission.of("", "namespaces", "create", "delete"));
        }
    }
}
