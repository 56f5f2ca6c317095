package io.callbacks.deployer.rollout;

import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.DeploymentObserved.Attempt;
import io.callbacks.event.DeploymentObserved.Change;
import io.callbacks.event.DeploymentObserved.Serving;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * What was last told of a callback.
 *
 * @param lastGood what served last; started again where what is wanted cannot be
 */
@Document("observed")
record Observed(
        @Id long callbackId,
        String uid,
        long observation,
        @Nullable Serving serving,
        @Nullable Attempt attempt,
        @Nullable Setup lastGood) {
    static Observed nothing(long callbackId, String uid) {
        return new Observed(callbackId, uid, 0, null, null, null);
    }

    /** Where it served last; empty if it never did. */
    String target() {
        return lastGood == null ? "" : lastGood.target();
    }

    Observed next(@Nullable Serving serving, @Nullable Attempt attempt, @Nullable Setup lastGood) {
        return new Observed(callbackId, uid, observation + 1, serving, attempt, lastGood);
    }

    DeploymentObserved event() {
        var change =
                attempt != null && attempt.error() != null
                        ? Change.DEPLOYMENT_FAILED
                        : serving == null ? Change.DEPLOYMENT_REMOVED : Change.DEPLOYMENT_READY;
        return new DeploymentObserved(change, callbackId, uid, observation, serving, attempt);
    }
}
