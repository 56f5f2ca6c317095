package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is seen to run of a callback. A consumer takes an observation if its number is higher than
 * the one it has.
 *
 * @param change why it was published
 * @param observation grows with each change of what is seen
 * @param serving what answers requests; null if nothing does
 * @param attempt the latest try to change that, if it is not serving (yet); null if all is as asked
 */
public record DeploymentObserved(
        @JsonIgnore Change change,
        long callbackId,
        String uid,
        long observation,
        @Nullable Serving serving,
        @Nullable Attempt attempt)
        implements Event {
    /** Why an observation was published; the observation alone counts. */
    public enum Change {
        DEPLOYMENT_READY,
        DEPLOYMENT_FAILED,
        DEPLOYMENT_REMOVED
    }

    /**
     * What answers requests.
     *
     * @param generation the desired generation it is the answer to
     * @param target where it runs
     * @param ready how many instances
     */
    public record Serving(
            long generation,
            int revision,
            long envVersion,
            @JsonProperty("c_type") String target,
            int ready) {
        public Serving {
            requireNonNull(target, "c_type");
        }
    }

    /**
     * A try to run a generation.
     *
     * @param stage {@code build}, {@code start} or {@code run}
     * @param error why it failed; null while it goes on
     */
    public record Attempt(long generation, String stage, @Nullable Failure error) {
        public Attempt {
            requireNonNull(stage, "stage");
        }
    }

    public DeploymentObserved {
        requireNonNull(change, "change");
        requireNonNull(uid, "uid");
    }

    @Override
    public String topic() {
        return Topics.DEPLOYMENT;
    }

    @Override
    public String key() {
        return Long.toString(callbackId);
    }

    @Override
    public String type() {
        return change.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String source() {
        return "/deployer";
    }

    @Override
    public String id() {
        return uid + "/" + observation;
    }
}
