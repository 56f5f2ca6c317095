package io.callbacks.deployer.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.callbacks.deployer.instance.FrontVariables;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.kubernetes.Hardening;
import io.callbacks.kubernetes.Labels;
import io.callbacks.process.Language;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.util.unit.DataSize;

/**
 * What the cluster is asked for: the pod an instance lives in. Env, token and the URLs of layers
 * are no part of it, but of a Secret of the same name.
 */
final class PodRequest {
    static final String ROLE = "instance";
    static final String CONTAINER = "callback";
    static final int PORT = 8080;

    /** Keys of the Secret, and files in the pod. */
    static final String FIRST_LINE = "first-line";

    static final String LAYERS = "layers";

    private static final String SECRETS = "/run/callbacks/secret";
    private static final int GRACE_SECONDS = 1;
    private static final long SILENCE_SECONDS = 30;
    private static final DataSize LEAST_STORAGE = DataSize.ofMegabytes(16);

    private final Labels labels;
    private final KubernetesProperties properties;
    private final String timeZone;

    PodRequest(Labels labels, KubernetesProperties properties, String timeZone) {
        this.labels = labels;
        this.properties = properties;
        this.timeZone = timeZone;
    }

    static String nameOf(String instance) {
        return "callbacks-" + instance;
    }

    Pod pod(InstanceSpec spec) {
        return new PodBuilder().withMetadata(metadata(spec)).withSpec(podSpec(spec)).build();
    }

    /** Of the pod, and of its Secret. */
    ObjectMeta metadata(InstanceSpec spec) {
        return new ObjectMetaBuilder()
                .withName(nameOf(spec.id()))
                .withLabels(
                        labels.of(
                                ROLE,
                                Map.of(
                                        Labels.INSTANCE,
                                        spec.id(),
                                        Labels.CALLBACK,
                                        Long.toString(spec.callbackId()),
                                        Labels.GENERATION,
                                        Long.toString(spec.generation()),
                                        Labels.REVISION,
                                        Integer.toString(spec.revision()))))
                .build();
    }

    /**
     * Its processes share a namespace of pids, so that orphans are reaped by the pod's first one.
     */
    private PodSpec podSpec(InstanceSpec spec) {
        return new PodSpecBuilder()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withShareProcessNamespace(true)
                .withTerminationGracePeriodSeconds(
                        spec.limits().timeoutSeconds() + (long) GRACE_SECONDS)
                .withSecurityContext(Hardening.ofPod())
                .withImagePullSecrets(
                        properties.imagePullSecrets().stream()
                                .map(LocalObjectReference::new)
                                .toList())
                .withTopologySpreadConstraints(spread(spec))
                .withTolerations(awhile("not-ready"), awhile("unreachable"))
                .withInitContainers(isWhole(spec) ? List.of() : List.of(fetcher(spec)))
                .withContainers(callback(spec))
                .withVolumes(volumes(spec))
                .build();
    }

    /** Whether its image has shim and layers in it already. */
    static boolean isWhole(InstanceSpec spec) {
        return spec.image() != null;
    }

    /** Over nodes, as far as there are any. */
    private TopologySpreadConstraint spread(InstanceSpec spec) {
        return new TopologySpreadConstraintBuilder()
                .withMaxSkew(1)
                .withTopologyKey("kubernetes.io/hostname")
                .withWhenUnsatisfiable("ScheduleAnyway")
                .withNewLabelSelector()
                .addToMatchLabels(labels.ours(ROLE))
                .addToMatchLabels(Labels.CALLBACK, Long.toString(spec.callbackId()))
                .addToMatchLabels(Labels.GENERATION, Long.toString(spec.generation()))
                .endLabelSelector()
                .build();
    }

    /** How long it stays where its node has fallen silent; without that, five minutes. */
    private static Toleration awhile(String silence) {
        return new TolerationBuilder()
                .withKey("node.kubernetes.io/" + silence)
                .withOperator("Exists")
                .withEffect("NoExecute")
                .withTolerationSeconds(SILENCE_SECONDS)
                .build();
    }

    // --- containers

    private ContainerBuilder container(String name, InstanceSpec spec) {
        return new ContainerBuilder()
                .withName(name)
                .withImage(image(spec))
                .withImagePullPolicy(properties.imagePullPolicy().word())
                .withSecurityContext(Hardening.ofContainer())
                .withResources(resources(spec));
    }

    private String image(InstanceSpec spec) {
        if (spec.image() != null) {
            return spec.image();
        }
        var language = Language.ofType(spec.type()).lowerCase();
        return requireNonNull(
                properties.images().getOrDefault(spec.type(), properties.images().get(language)));
    }

    /** What it says last is told as the pod's own trouble. */
    private Container fetcher(InstanceSpec spec) {
        return container("layers", spec)
                .withCommand(fetch(spec))
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withVolumeMounts(mount(LAYERS, SECRETS, true))
                .addAllToVolumeMounts(layerMounts(false))
                .build();
    }

    private static List<String> fetch(InstanceSpec spec) {
        return switch (Language.ofType(spec.type())) {
            case PYTHON -> List.of("python3", "-I", "-S", "-B", "-c", script("fetch.py"));
            case NODE -> List.of("node", "-e", script("fetch.js"));
        };
    }

    private static String script(String name) {
        try (InputStream script = PodRequest.class.getResourceAsStream(name)) {
            return new String(requireNonNull(script).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Container callback(InstanceSpec spec) {
        var begins = spec.limits().startupTimeoutSeconds() + 10;
        return container(CONTAINER, spec)
                .withCommand(command(spec))
                .withWorkingDir("/work")
                .withEnv(variables(spec))
                .addNewPort()
                .withContainerPort(PORT)
                .endPort()
                .withVolumeMounts(mount(FIRST_LINE, SECRETS, true))
                .addAllToVolumeMounts(isWhole(spec) ? List.of() : layerMounts(true))
                .addToVolumeMounts(mount("tmp", "/tmp", false), mount("work", "/work", false))
                .withStartupProbe(probe(1, begins))
                .withReadinessProbe(probe(10, 3))
                .withLivenessProbe(probe(10, 6))
                .build();
    }

    private static List<String> command(InstanceSpec spec) {
        return switch (Language.ofType(spec.type())) {
            case PYTHON -> List.of("python3", "-I", "-S", "-B", LayerList.SHIM + "/main.py");
            case NODE -> List.of("node", LayerList.SHIM + "/main.js");
        };
    }

    private static Probe probe(int period, int failures) {
        return new ProbeBuilder()
                .withNewTcpSocket()
                .withNewPort(PORT)
                .endTcpSocket()
                .withPeriodSeconds(period)
                .withTimeoutSeconds(5)
                .withFailureThreshold(failures)
                .build();
    }

    // --- what it is told

    private List<EnvVar> variables(InstanceSpec spec) {
        var variables = new TreeMap<>(FrontVariables.of(spec));
        variables.put("HOME", "/work");
        variables.put("TMPDIR", "/tmp");
        variables.put("CALLBACKS_PORT", Integer.toString(PORT));
        variables.put("CALLBACKS_FUNCTION", LayerList.FUNCTION);
        variables.put("CALLBACKS_LIBRARY", LayerList.LIBRARY);
        variables.put("CALLBACKS_CONFIG_FILE", SECRETS + "/" + FIRST_LINE);
        if (!timeZone.isEmpty()) {
            variables.put("TZ", timeZone);
        }
        var all = new ArrayList<>(List.of(ownAddress()));
        variables.forEach((name, value) -> all.add(new EnvVar(name, value, null)));
        return all;
    }

    /** Of the pod, whichever family the cluster's addresses are of. */
    private static EnvVar ownAddress() {
        return new EnvVarBuilder()
                .withName("CALLBACKS_HOST")
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath("status.podIP")
                .endFieldRef()
                .endValueFrom()
                .build();
    }

    // --- what it may use

    /** Memory is that of function, front and scratch together. */
    private ResourceRequirements resources(InstanceSpec spec) {
        var memory =
                bytes(
                        DataSize.ofBytes(
                                DataSize.ofMegabytes(spec.limits().memoryMb()).toBytes()
                                        + properties.headroom().toBytes()));
        return new ResourceRequirementsBuilder()
                .addToRequests("cpu", cpus(Math.min(properties.cpuRequest(), properties.cpus())))
                .addToRequests("memory", memory)
                .addToRequests("ephemeral-storage", bytes(LEAST_STORAGE))
                .addToLimits("cpu", cpus(properties.cpus()))
                .addToLimits("memory", memory)
                .addToLimits("ephemeral-storage", bytes(properties.storage()))
                .build();
    }

    private static Quantity cpus(double cpus) {
        return new Quantity(Math.round(cpus * 1000) + "m");
    }

    private static Quantity bytes(DataSize size) {
        return new Quantity(Long.toString(size.toBytes()));
    }

    // --- its directories

    private List<Volume> volumes(InstanceSpec spec) {
        return Stream.of(
                        Stream.of(secret(FIRST_LINE, spec)),
                        isWhole(spec) ? Stream.<Volume>of() : layerVolumes(spec),
                        Stream.of("tmp", "work")
                                .map(name -> directory(name, "Memory", properties.scratch())))
                .flatMap(all -> all)
                .toList();
    }

    private Stream<Volume> layerVolumes(InstanceSpec spec) {
        var directories =
                Stream.of("shim", "function", "library")
                        .map(name -> directory(name, "", properties.storage()));
        return Stream.concat(Stream.of(secret(LAYERS, spec)), directories);
    }

    /** One key of it, so that each container sees its own alone. */
    private static Volume secret(String key, InstanceSpec spec) {
        return new VolumeBuilder()
                .withName(key)
                .withNewSecret()
                .withSecretName(nameOf(spec.id()))
                .withDefaultMode(0440)
                .addNewItem()
                .withKey(key)
                .withPath(key)
                .endItem()
                .endSecret()
                .build();
    }

    private static Volume directory(String name, String medium, DataSize size) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withMedium(medium)
                .withSizeLimit(bytes(size))
                .endEmptyDir()
                .build();
    }

    private static List<VolumeMount> layerMounts(boolean readOnly) {
        return List.of(
                mount("shim", LayerList.SHIM, readOnly),
                mount("function", LayerList.FUNCTION, readOnly),
                mount("library", LayerList.LIBRARY, readOnly));
    }

    private static VolumeMount mount(String volume, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(path)
                .withReadOnly(readOnly)
                .build();
    }
}
