package io.callbacks.deployer.kubernetes;

import static java.util.Objects.requireNonNullElse;

import io.callbacks.kubernetes.Labels;
import io.callbacks.kubernetes.PodTrouble;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An instance's pod as the cluster tells of it. */
record InstancePod(Pod pod) {
    private static final int TERMINATED = 128 + 15;

    /**
     * How an instance ended.
     *
     * @param wasAsked whether it did so because it was told to
     */
    record End(String how, boolean wasAsked) {
        static final End REMOVED = new End("it was removed by hand", true);
    }

    String instance() {
        return label(Labels.INSTANCE);
    }

    long callbackId() {
        return Long.parseLong(label(Labels.CALLBACK));
    }

    private String label(String name) {
        return pod.getMetadata().getLabels().getOrDefault(name, "0");
    }

    String uid() {
        return pod.getMetadata().getUid();
    }

    String name() {
        return pod.getMetadata().getName();
    }

    /** Whether it can be called. */
    boolean isAlive() {
        return "Running".equals(pod.getStatus().getPhase())
                && hasBegun()
                && !isGoing()
                && terminated().isEmpty()
                && !address().isEmpty();
    }

    /** Whether somebody has told it to end. */
    boolean isGoing() {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    /** How long it may take to end, once somebody has told it to. */
    Duration rest() {
        var seconds = requireNonNullElse(pod.getMetadata().getDeletionGracePeriodSeconds(), 0L);
        return Duration.ofSeconds(seconds);
    }

    /** Whether the function's container runs, or has run. */
    boolean hasBegun() {
        return callback()
                .filter(s -> s.getRunning() != null || s.getTerminated() != null)
                .isPresent();
    }

    /** Whether it will never be called again. */
    boolean hasEnded() {
        var phase = pod.getStatus().getPhase();
        return "Failed".equals(phase) || "Succeeded".equals(phase) || terminated().isPresent();
    }

    /** Where it can be called, once it is alive. */
    URI url() {
        var address = address();
        var host = address.indexOf(':') < 0 ? address : "[" + address + "]";
        return URI.create("http://" + host + ":" + PodRequest.PORT);
    }

    private String address() {
        return requireNonNullElse(pod.getStatus().getPodIP(), "");
    }

    Optional<PodTrouble> trouble() {
        return PodTrouble.of(pod);
    }

    /** Why its layers could not be fetched; empty if they were, or are being fetched. */
    Optional<String> fetchFailure() {
        return pod.getStatus().getInitContainerStatuses().stream()
                .map(ContainerStatus::getState)
                .flatMap(state -> Optional.ofNullable(state.getTerminated()).stream())
                .filter(end -> end.getExitCode() != 0)
                .map(end -> words(end.getMessage(), "exit code " + end.getExitCode()))
                .findFirst();
    }

    /** How it ended, if it has. */
    End end() {
        return trouble()
                .filter(t -> t.kind() == PodTrouble.Kind.EVICTED)
                .map(t -> new End("its node evicted it: " + t.message(), false))
                .or(() -> terminated().map(InstancePod::endOf))
                .orElseGet(
                        () -> new End(words(pod.getStatus().getMessage(), "it was ended"), false));
    }

    private static End endOf(ContainerStateTerminated state) {
        var code = requireNonNullElse(state.getExitCode(), 0);
        return switch (requireNonNullElse(state.getReason(), "")) {
            case "OOMKilled" -> new End("it used more memory than memory_mb allows", false);
            case "StartError", "ContainerCannotRun" ->
                    new End(words(state.getMessage(), "its container cannot be started"), false);
            default ->
                    new End(
                            code > 128 ? "killed by signal " + (code - 128) : "exit code " + code,
                            code == 0 || code == TERMINATED);
        };
    }

    private Optional<ContainerStateTerminated> terminated() {
        return callback().map(ContainerState::getTerminated);
    }

    private Optional<ContainerState> callback() {
        return requireNonNullElse(
                        pod.getStatus().getContainerStatuses(), List.<ContainerStatus>of())
                .stream()
                .filter(status -> PodRequest.CONTAINER.equals(status.getName()))
                .map(ContainerStatus::getState)
                .findFirst();
    }

    private static String words(@Nullable String message, String otherwise) {
        return message == null || message.isBlank() ? otherwise : message.strip();
    }
}
