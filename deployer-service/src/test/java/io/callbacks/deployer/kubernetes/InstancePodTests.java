package io.callbacks.deployer.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

class InstancePodTests {
    private static final String RUNNING =
            """
            phase: Running
              podIP: 10.0.0.7
              containerStatuses: [{name: callback, state: {running: {startedAt: "2026-01-01T00:00:00Z"}}}]
            """;

    @Test
    void isAliveOnceItsContainerRunsUntilSomebodyEndsIt() {
        assertThat(pod("", "phase: Pending").isAlive()).isFalse();
        assertThat(pod("", RUNNING).isAlive()).isTrue();
        assertThat(pod("deletionTimestamp: 2026-01-01T00:00:00Z", RUNNING).isAlive()).isFalse();
    }

    @Test
    void isCalledAtItsOwnAddress() {
        assertThat(pod("", RUNNING).url()).hasToString("http://10.0.0.7:8080");
        assertThat(pod("", RUNNING.replace("10.0.0.7", "'fd00::7'")).url())
                .hasToString("http://[fd00::7]:8080");
    }

    @Test
    void tellsHowItEnded() {
        assertThat(ended("exitCode: 137, reason: OOMKilled").how()).contains("memory_mb");
        assertThat(ended("exitCode: 137, reason: Error").how()).isEqualTo("killed by signal 9");
        assertThat(ended("exitCode: 1, reason: Error").how()).isEqualTo("exit code 1");
        assertThat(ended("exitCode: 0, reason: Completed").wasAsked()).isTrue();
        assertThat(ended("exitCode: 128, reason: StartError, message: no such program").how())
                .isEqualTo("no such program");
    }

    @Test
    void tellsThatItsNodeEvictedIt() {
        var pod = pod("", "phase: Failed\n  reason: Evicted\n  message: The node had no room.");
        assertThat(pod.hasEnded()).isTrue();
        assertThat(pod.end().how()).isEqualTo("its node evicted it: The node had no room.");
    }

    @Test
    void tellsWhyItsLayersWereNotFetched() {
        var pod =
                pod(
                        "",
                        "phase: Failed\n"
                                + "  initContainerStatuses: [{name: layers, state: {terminated: {exitCode: 1, message: 'cannot fetch x'}}}]");
        assertThat(pod.fetchFailure()).contains("cannot fetch x");
    }

    @Test
    void hasFailedToStartWhenItWasEvictedButNotWhenItsPlaceIsNeeded() {
        var evicted = pod("", "phase: Failed\n  reason: Evicted\n  message: no room");
        assertThat(PodFailures.ofStart(evicted)).isPresent();
        var preempted =
                pod(
                        "",
                        "phase: Pending\n"
                                + "  conditions: [{type: DisruptionTarget, status: 'True', message: preempted}]");
        assertThat(PodFailures.ofStart(preempted)).isEmpty();
    }

    @Test
    void hasTheTimeToEndThatItWasGiven() {
        assertThat(pod("", RUNNING).rest()).isZero();
        assertThat(pod("deletionGracePeriodSeconds: 31", RUNNING).rest()).hasSeconds(31);
    }

    private static InstancePod.End ended(String terminated) {
        var status =
                "phase: Failed\n  containerStatuses: [{name: callback, state: {terminated: {%s}}}]";
        var pod = pod("", status.formatted(terminated));
        assertThat(pod.hasEnded()).isTrue();
        return pod.end();
    }

    private static InstancePod pod(String metadata, String status) {
        var yaml =
                """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: callbacks-7-1-ab
                  labels: {callbacks.io/instance: 7-1-ab, callbacks.io/callback: "7"}
                  %s
                status:
                  %s
                """;
        return new InstancePod(
                Serialization.unmarshal(yaml.formatted(metadata, status), Pod.class));
    }
}
