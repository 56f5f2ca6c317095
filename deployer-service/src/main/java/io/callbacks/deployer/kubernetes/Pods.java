package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.instance.FirstLine;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Labels;
import io.callbacks.kubernetes.Permission;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The pods of instances and their Secrets, called by the instances' ids. What cannot be done is a
 * {@link io.callbacks.deployer.rollout.PlatformException}, but that something is gone already is
 * none.
 */
final class Pods {
    /** All that is asked of the cluster here. */
    static final List<Permission> NEEDED =
            Stream.of(
                            Permission.of("", "pods", "create", "get", "list", "watch", "delete"),
                            Permission.of("", "pods/log", "get"),
                            Permission.of("", "secrets", "create", "patch", "list", "delete"))
                    .flatMap(List::stream)
                    .toList();

    private final KubernetesCluster cluster;
    private final Labels labels;
    private final PodRequest request;
    private final LayerList layers;

    Pods(KubernetesCluster cluster, Labels labels, PodRequest request, LayerList layers) {
        this.cluster = cluster;
        this.labels = labels;
        this.request = request;
        this.layers = layers;
    }

    /** The cluster takes no such pod: it breaks a rule of the namespace, or there is no room. */
    static final class PodRefusedException extends RuntimeException {
        PodRefusedException(KubernetesClientException cause) {
            super(KubernetesCluster.reason(cause), cause);
        }
    }

    // --- what there is

    /** All instances of this installation, in whatever state. */
    List<InstancePod> list() {
        return Calls.ask(
                        "list instances",
                        () ->
                                cluster.client()
                                        .pods()
                                        .withLabels(labels.ours(PodRequest.ROLE))
                                        .list()
                                        .getItems())
                .stream()
                .map(InstancePod::new)
                .toList();
    }

    Optional<InstancePod> find(String instance) {
        return Calls.ask(
                "look for instance " + instance,
                () ->
                        Optional.ofNullable(resource(instance).get())
                                .filter(this::isOurs)
                                .map(InstancePod::new));
    }

    private boolean isOurs(Pod pod) {
        return pod.getMetadata()
                .getLabels()
                .entrySet()
                .containsAll(labels.ours(PodRequest.ROLE).entrySet());
    }

    /** Tells what there is and what happens, once it is started. */
    SharedIndexInformer<Pod> informer(ResourceEventHandler<Pod> handler) {
        return Calls.ask(
                "hear of instances",
                () ->
                        cluster.client()
                                .pods()
                                .withLabels(labels.ours(PodRequest.ROLE))
                                .runnableInformer(0)
                                .exceptionHandler((_, _) -> true)
                                .addEventHandler(handler));
    }

    // --- what is done to them

    /**
     * Makes the Secret and the pod, which owns it from then on.
     *
     * @throws PodRefusedException if it can be made neither now nor later, as it is
     */
    void create(InstanceSpec spec) {
        var secret = secret(spec);
        Calls.ask(
                "make the Secret of instance " + spec.id(),
                () -> cluster.client().secrets().resource(secret).create());
        var pod = createPod(spec);
        Calls.ask(
                "hand over the Secret of instance " + spec.id(),
                () -> apply(secretOf(new InstancePod(pod)).build()));
    }

    private Secret secret(InstanceSpec spec) {
        return new SecretBuilder()
                .withMetadata(request.metadata(spec))
                .withType("Opaque")
                .addToStringData(PodRequest.FIRST_LINE, FirstLine.of(spec))
                .addToStringData(PodRequest.LAYERS, PodRequest.isWhole(spec) ? "" : layers.of(spec))
                .build();
    }

    private Pod createPod(InstanceSpec spec) {
        var what = "create instance " + spec.id();
        try {
            return cluster.client().pods().resource(request.pod(spec)).create();
        } catch (KubernetesClientException e) {
            removeSecret(spec.id());
            throw isOfThePod(e) ? new PodRefusedException(e) : Calls.failed(what, e);
        }
    }

    /** Who may not create pods at all is refused by the same code. */
    private static boolean isOfThePod(KubernetesClientException refusal) {
        var lacksPermission =
                KubernetesCluster.reason(refusal).contains("cannot create resource \"pods\"");
        return switch (refusal.getCode()) {
            case HttpURLConnection.HTTP_FORBIDDEN -> !lacksPermission;
            case HttpURLConnection.HTTP_BAD_REQUEST, 422 -> true;
            default -> false;
        };
    }

    private SecretBuilder secretOf(InstancePod pod) {
        return new SecretBuilder()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withName(pod.name())
                                .withLabels(pod.pod().getMetadata().getLabels())
                                .withOwnerReferences(owner(pod))
                                .build());
    }

    private static OwnerReference owner(InstancePod pod) {
        return new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(pod.name())
                .withUid(pod.uid())
                .build();
    }

    private Secret apply(Secret secret) {
        return cluster.client()
                .secrets()
                .resource(secret)
                .fieldManager(KubernetesCluster.FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    /** What was in the Secret is known to the instance by now, and shall be nowhere else. */
    void emptySecret(InstancePod pod) {
        var nothing =
                secretOf(pod)
                        .withData(Map.of(PodRequest.FIRST_LINE, "", PodRequest.LAYERS, ""))
                        .build();
        Calls.ask("empty the Secret of instance " + pod.instance(), () -> apply(nothing));
    }

    /**
     * Asks it to end, and removes all of it when it has, or when the time is up. Where making it
     * was cut short, there may be its Secret alone.
     */
    void remove(String instance, Duration grace) {
        find(instance).ifPresentOrElse(pod -> remove(pod, grace), () -> removeOwnSecret(instance));
    }

    void remove(InstancePod pod, Duration grace) {
        var seconds = Math.max(1, grace.toSeconds()); // 0 would forget a pod that still runs
        Calls.ask(
                "remove instance " + pod.instance(),
                () -> resource(pod.instance()).withGracePeriod(seconds).delete());
        removeSecret(pod.instance());
    }

    /** Of an instance that may be of another installation. */
    private void removeOwnSecret(String instance) {
        Calls.ask(
                "remove the Secret of instance " + instance,
                () ->
                        cluster.client()
                                .secrets()
                                .withLabels(labels.ours(PodRequest.ROLE))
                                .withLabel(Labels.INSTANCE, instance)
                                .delete());
    }

    private void removeSecret(String instance) {
        Calls.ask(
                "remove the Secret of instance " + instance,
                () -> cluster.client().secrets().withName(PodRequest.nameOf(instance)).delete());
    }

    /**
     * Removes Secrets whose deployer ended before their pods were there.
     *
     * @param known instances whose pods may be about to be made
     */
    void removeSecretsWithoutPods(Set<String> known) {
        var secrets = cluster.client().secrets();
        Calls.ask(
                "look for Secrets without pods",
                () ->
                        secrets.withLabels(labels.ours(PodRequest.ROLE)).list().getItems().stream()
                                .filter(s -> s.getMetadata().getOwnerReferences().isEmpty())
                                .filter(s -> !known.contains(instanceOf(s)))
                                .map(s -> secrets.resource(s).delete())
                                .toList());
    }

    private static String instanceOf(Secret secret) {
        return secret.getMetadata().getLabels().getOrDefault(Labels.INSTANCE, "");
    }

    // --- what they say

    /** What was said since a second, and from now on. */
    PodLog follow(String instance, Instant since, Consumer<String> receiver) {
        return Calls.ask(
                "follow instance " + instance,
                () ->
                        new PodLog(
                                receiver,
                                output ->
                                        resource(instance)
                                                .inContainer(PodRequest.CONTAINER)
                                                .withReadyWaitTimeout(0)
                                                .sinceTime(since.toString())
                                                .watchLog(output)));
    }

    private PodResource resource(String instance) {
        return cluster.client().pods().withName(PodRequest.nameOf(instance));
    }
}
