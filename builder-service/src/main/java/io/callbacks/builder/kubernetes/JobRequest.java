package io.callbacks.builder.kubernetes;

import io.callbacks.builder.install.ContainerPlan;
import io.callbacks.kubernetes.Hardening;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Job as it is asked for: one attempt, as restricted as an instance, with nothing of the platform
 * in it. What is secret is in a Secret.
 *
 * @param meta name, labels and annotations
 * @param secret name of the one that it waits for
 * @param longest after which the cluster ends it, should its builder be gone
 * @param largest bytes of what it installs
 */
record JobRequest(
        ObjectMeta meta,
        String image,
        List<String> command,
        Optional<String> secret,
        Duration longest,
        long largest) {
    static final String CONTAINER = "install";

    private static final String SECRET = "/run/callbacks/secret";
    private static final int SECONDS_KEPT = 60;

    Job job(KubernetesProperties properties) {
        return new JobBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withBackoffLimit(0)
                .withActiveDeadlineSeconds(longest.toSeconds())
                .withTtlSecondsAfterFinished(SECONDS_KEPT)
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(meta.getLabels())
                .endMetadata()
                .withSpec(pod(properties))
                .endTemplate()
                .endSpec()
                .build();
    }

    private PodSpec pod(KubernetesProperties properties) {
        var secrets =
                properties.imagePullSecrets().stream().map(LocalObjectReference::new).toList();
        return new PodSpecBuilder()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(1L)
                .withSecurityContext(Hardening.ofPod())
                .withImagePullSecrets(secrets)
                .withContainers(container(properties))
                .withVolumes(
                        disk("library", largest),
                        disk("tmp", properties.buildScratch().toBytes()),
                        secretFiles())
                .build();
    }

    private Container container(KubernetesProperties properties) {
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(image)
                .withImagePullPolicy(properties.imagePullPolicy().word())
                .withCommand(command)
                .withWorkingDir("/tmp")
                .withSecurityContext(Hardening.ofContainer())
                .withResources(resources(properties))
                .withVolumeMounts(
                        mount("library", ContainerPlan.LIBRARY, false),
                        mount("tmp", "/tmp", false),
                        mount("secret", SECRET, true))
                .build();
    }

    private ResourceRequirements resources(KubernetesProperties properties) {
        var memory = bytes(properties.buildMemory().toBytes());
        var little = Map.of("cpu", new Quantity("50m"), "ephemeral-storage", new Quantity("64Mi"));
        var disk = bytes(largest + properties.buildScratch().toBytes());
        var cpus = new Quantity(BigDecimal.valueOf(properties.buildCpus()).toPlainString());
        return new ResourceRequirementsBuilder()
                .withRequests(little)
                .addToRequests("memory", memory)
                .withLimits(Map.of("memory", memory, "cpu", cpus, "ephemeral-storage", disk))
                .build();
    }

    private static Quantity bytes(long count) {
        return new Quantity(Long.toString(count));
    }

    private static VolumeMount mount(String volume, String directory, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(directory)
                .withReadOnly(readOnly)
                .build();
    }

    private static Volume disk(String name, long size) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withSizeLimit(bytes(size))
                .endEmptyDir()
                .build();
    }

    private Volume secretFiles() {
        return new VolumeBuilder()
                .withName("secret")
                .withNewSecret()
                .withSecretName(secret.orElse(meta.getName()))
                .withDefaultMode(0440)
                .withOptional(secret.isEmpty())
                .endSecret()
                .build();
    }
}
