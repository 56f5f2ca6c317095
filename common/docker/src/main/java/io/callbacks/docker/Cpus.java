package io.callbacks.docker;

import com.github.dockerjava.api.model.HostConfig;

/** How much of the machine's processors a container may use. */
public final class Cpus {
    private static final long PERIOD_MICROS = 100_000;

    private Cpus() {}

    /**
     * Limits a container to so many processors; to more than the machine has is no limit. As a
     * quota: an engine refuses {@code NanoCpus} beyond what there is.
     *
     * @param cpus from 0.01
     */
    public static HostConfig limit(HostConfig host, double cpus) {
        return host.withCpuPeriod(PERIOD_MICROS).withCpuQuota(Math.round(cpus * PERIOD_MICROS));
    }
}
