package io.callbacks.deployer.kubernetes;

import io.callbacks.event.Failure;
import io.callbacks.kubernetes.PodTrouble;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Failures of pods, in the cluster's own words and with what to do about them. */
final class PodFailures {
    private PodFailures() {}

    /**
     * Why it will never begin; empty if nothing says so. One that is taken away for the cluster's
     * own sake has not failed.
     */
    static Optional<Failure> ofStart(InstancePod pod) {
        return pod.fetchFailure()
                .map(PodFailures::layersNotFetched)
                .or(() -> pod.trouble().filter(PodFailures::isFinal).map(PodFailures::of));
    }

    private static boolean isFinal(PodTrouble trouble) {
        return !trouble.mayPass() && trouble.kind() != PodTrouble.Kind.DISRUPTED;
    }

    static Failure of(PodTrouble trouble) {
        return switch (trouble.kind()) {
            case UNSCHEDULABLE ->
                    failure(
                            "unschedulable",
                            "No node of the cluster takes the instance: " + trouble.message(),
                            "Lower memory_mb, or add room to the cluster (see callbacks.kubernetes.cpu-request).");
            case IMAGE ->
                    failure(
                            "image-not-pullable",
                            "The cluster cannot get the image: " + trouble.message(),
                            "Correct callbacks.kubernetes.images, or set image-pull-secrets; or load the image onto the nodes.");
            case CONTAINER ->
                    failure(
                            "container-not-created",
                            "The cluster cannot make the container: " + trouble.message(),
                            "See that the image of this type (callbacks.kubernetes.images) has what its language needs.");
            case EVICTED, DISRUPTED ->
                    failure(
                            "evicted",
                            "The cluster took the instance away: " + trouble.message(),
                            "It is started again by itself.");
        };
    }

    private static Failure layersNotFetched(String reason) {
        return failure(
                "layers-not-fetched",
                "The instance's layers could not be fetched: " + reason,
                "See that pods reach the builder at callbacks.layers.url.");
    }

    static Failure refused(@Nullable String reason) {
        return failure(
                "pod-refused",
                "The cluster does not take the instance: " + reason,
                "See quotas, limit ranges and policies of the namespace.");
    }

    /** It has neither begun nor failed in time. */
    static Failure late(Duration longest, Optional<PodTrouble> trouble) {
        return trouble.map(PodFailures::of)
                .orElseGet(
                        () ->
                                failure(
                                        "pod-late",
                                        "The instance's pod did not run within "
                                                + longest.toSeconds()
                                                + " s.",
                                        "See its events ('kubectl get events'), or raise callbacks.kubernetes.preparation."));
    }

    private static Failure failure(String kind, String message, String hint) {
        return new Failure(kind, null, message, hint, null);
    }
}
