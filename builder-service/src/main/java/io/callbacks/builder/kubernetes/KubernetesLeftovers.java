package io.callbacks.builder.kubernetes;

import io.callbacks.builder.build.BuiltImage;
import io.callbacks.builder.build.Images;
import java.time.Duration;
import java.util.List;

/**
 * What builds may leave on a cluster. There are no images among it, which nodes or a registry keep,
 * and the cluster itself ends forsaken Jobs in time: so it is seldom asked.
 */
final class KubernetesLeftovers implements Images {
    private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(10);

    private final ClusterJobs jobs;
    private long due = System.nanoTime();

    KubernetesLeftovers(ClusterJobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public String platform() {
        return "kubernetes";
    }

    @Override
    public boolean keeps() {
        return false;
    }

    @Override
    public List<BuiltImage> present() {
        return List.of();
    }

    @Override
    public void remove(BuiltImage image) {
        // there is none
    }

    @Override
    public synchronized void sweep() {
        if (System.nanoTime() - due < 0) {
            return;
        }
        Calls.calling(
                () -> {
                    jobs.removeOwn();
                    jobs.removeForsaken();
                    return jobs;
                });
        due = System.nanoTime() + BETWEEN_SWEEPS.toNanos();
    }
}
