package io.callbacks.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.kubernetes.PodTrouble.Kind;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodTroubleTests {
    @Test
    void knowsNothingAgainstAPodThatIsMade() {
        assertThat(
                        of(
                                "containerStatuses: [{name: a, state: {waiting: {reason: ContainerCreating}}}]"))
                .isNull();
    }

    @Test
    void tellsThatNoNodeTakesIt() {
        var status =
                "conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: '0/1 nodes are available: 1 Insufficient memory.'}]";
        assertThat(of(status))
                .isEqualTo(
                        new PodTrouble(
                                Kind.UNSCHEDULABLE,
                                "0/1 nodes are available: 1 Insufficient memory.",
                                true));
    }

    @Test
    void tellsThatAnImageCannotBeHad() {
        assertThat(waiting("ErrImagePull")).isEqualTo(new PodTrouble(Kind.IMAGE, "why", true));
        assertThat(waiting("ImagePullBackOff")).isEqualTo(new PodTrouble(Kind.IMAGE, "why", false));
    }

    @Test
    void tellsWhoIsToBlameForAnEnd() {
        assertThat(of("{reason: Evicted, message: 'Usage of EmptyDir volume exceeds the limit.'}"))
                .isEqualTo(
                        new PodTrouble(
                                Kind.EVICTED,
                                "Usage of EmptyDir volume exceeds the limit.",
                                false));
        assertThat(of("conditions: [{type: DisruptionTarget, status: 'True', message: drained}]"))
                .isEqualTo(new PodTrouble(Kind.DISRUPTED, "drained", false));
    }

    private static @Nullable PodTrouble waiting(String reason) {
        return of(
                "initContainerStatuses: [{name: a, state: {waiting: {reason: %s, message: why}}}]"
                        .formatted(reason));
    }

    private static @Nullable PodTrouble of(String status) {
        var pod =
                Serialization.unmarshal(
                        "apiVersion: v1\nkind: Pod\nstatus:\n  " + status, Pod.class);
        return PodTrouble.of(pod).orElse(null);
    }
}
