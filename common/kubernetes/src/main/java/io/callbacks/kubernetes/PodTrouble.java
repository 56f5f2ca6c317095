package io.callbacks.kubernetes;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why a pod does not run, or not for long, in the cluster's own words.
 *
 * @param mayPass whether waiting may help
 */
public record PodTrouble(Kind kind, String message, boolean mayPass) {
    private static final Set<String> IMAGE =
            Set.of(
                    "ErrImagePull",
                    "ErrImageNeverPull",
                    "ErrImageInspect",
                    "ImageInspectError",
                    "ImagePullBackOff",
                    "InvalidImageName",
                    "RegistryUnavailable",
                    "SignatureValidationFailed");
    private static final Set<String> CONTAINER =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

    /** What is wrong. */
    public enum Kind {
        /** No node takes it. */
        UNSCHEDULABLE,
        /** An image cannot be had. */
        IMAGE,
        /** A container cannot be made. */
        CONTAINER,
        /** Its node ended it for what it used, or for what others did. */
        EVICTED,
        /** The cluster takes it away, and it is not to blame. */
        DISRUPTED
    }

    /** Of a pod; empty if nothing is known against it. */
    public static Optional<PodTrouble> of(Pod pod) {
        var status = pod.getStatus();
        return evicted(status)
                .or(() -> disrupted(status))
                .or(() -> unschedulable(status))
                .or(() -> waiting(status));
    }

    private static Optional<PodTrouble> evicted(PodStatus status) {
        return "Evicted".equals(status.getReason())
                ? Optional.of(new PodTrouble(Kind.EVICTED, words(status.getMessage()), false))
                : Optional.empty();
    }

    private static Optional<PodTrouble> disrupted(PodStatus status) {
        return condition(status, "DisruptionTarget", "True")
                .map(c -> new PodTrouble(Kind.DISRUPTED, words(c.getMessage()), false));
    }

    private static Optional<PodTrouble> unschedulable(PodStatus status) {
        return condition(status, "PodScheduled", "False")
                .map(c -> new PodTrouble(Kind.UNSCHEDULABLE, words(c.getMessage()), true));
    }

    private static Optional<PodCondition> condition(PodStatus status, String type, String value) {
        return status.getConditions().stream()
                .filter(c -> type.equals(c.getType()) && value.equals(c.getStatus()))
                .findFirst();
    }

    private static Optional<PodTrouble> waiting(PodStatus status) {
        return Stream.concat(
                        status.getInitContainerStatuses().stream(),
                        status.getContainerStatuses().stream())
                .map(ContainerStatus::getState)
                .filter(Objects::nonNull)
                .map(ContainerState::getWaiting)
                .filter(Objects::nonNull)
                .flatMap(waiting -> of(waiting).stream())
                .findFirst();
    }

    private static Optional<PodTrouble> of(ContainerStateWaiting waiting) {
        var reason = requireNonNullElse(waiting.getReason(), "");
        var message = waiting.getMessage() == null ? reason : waiting.getMessage();
        if (IMAGE.contains(reason)) {
            return Optional.of(
                    new PodTrouble(Kind.IMAGE, words(message), reason.equals("ErrImagePull")));
        }
        return CONTAINER.contains(reason)
                ? Optional.of(new PodTrouble(Kind.CONTAINER, words(message), true))
                : Optional.empty();
    }

    private static String words(@Nullable String message) {
        return requireNonNullElse(message, "it gives no reason").strip();
    }
}
