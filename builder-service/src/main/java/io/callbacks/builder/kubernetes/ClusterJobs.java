package io.callbacks.builder.kubernetes;

import io.callbacks.builder.install.InstallLimits;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Labels;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the Jobs that builds use, and removes those that nobody uses any more. */
final class ClusterJobs {
    static final String ROLE = "build";

    private static final Logger log = LoggerFactory.getLogger(ClusterJobs.class);
    private static final String OWNER = "callbacks.io/owner";
    private static final Duration MARGIN = Duration.ofMinutes(1);
    private static final Duration ASKING = Duration.ofSeconds(30);
    private static final long LITTLE = 1 << 20;

    private final KubernetesCluster cluster;
    private final Labels labels;
    private final String replica;
    private final String life = UUID.randomUUID().toString();
    private final KubernetesProperties properties;
    private final InstallLimits limits;

    /** {@code replica} is this builder, {@code limits} are those of an install. */
    ClusterJobs(
            KubernetesCluster cluster,
            Labels labels,
            String replica,
            KubernetesProperties properties,
            InstallLimits limits) {
        this.cluster = cluster;
        this.labels = labels;
        this.replica = replica;
        this.properties = properties;
        this.limits = limits;
    }

    /** To install. A forsaken one for the same key goes first. */
    ClusterJob installing(String key, String image, List<String> command, String plan) {
        var name = "callbacks-build-" + labels.prefix() + "-" + key;
        var secret = name + "-" + UUID.randomUUID(); // a former life's would be mounted as well
        var request =
                new JobRequest(
                        meta(name),
                        image,
                        command,
                        Optional.of(secret),
                        longestInstall(),
                        limits.largest());
        var job = made(request);
        try {
            makeSecret(job, secret, plan);
            return running(job, limits.timeout());
        } catch (RuntimeException e) {
            remove(job);
            throw e;
        }
    }

    /** After which none is at work any more. */
    Duration longestInstall() {
        return limits.timeout().plus(properties.preparation()).plus(MARGIN);
    }

    /** To ask an image something. */
    ClusterJob asking(String image, List<String> command) {
        var name = "callbacks-ask-" + labels.prefix() + "-" + UUID.randomUUID();
        var longest = properties.preparation().plus(ASKING).plus(MARGIN);
        return running(
                made(new JobRequest(meta(name), image, command, Optional.empty(), longest, LITTLE)),
                ASKING);
    }

    private ClusterJob running(Job job, Duration timeout) {
        return new ClusterJob(
                cluster.client(), job, properties.preparation(), timeout, () -> remove(job));
    }

    private ObjectMeta meta(String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withLabels(labels.of(ROLE, Map.of()))
                .withAnnotations(Map.of(OWNER, owner()))
                .build();
    }

    /** The cluster takes the name of the client for that of the field manager. */
    private Job made(JobRequest request) {
        var wanted = request.job(properties);
        var job = cluster.client().batch().v1().jobs().resource(wanted);
        try {
            return job.create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            removeLeft(wanted);
            return job.create();
        }
    }

    /** Gone with the Job, whoever removes that. */
    private void makeSecret(Job job, String name, String plan) {
        var owner =
                new OwnerReferenceBuilder()
                        .withApiVersion(job.getApiVersion())
                        .withKind(job.getKind())
                        .withName(job.getMetadata().getName())
                        .withUid(job.getMetadata().getUid())
                        .build();
        var secret =
                new SecretBuilder()
                        .withMetadata(meta(name))
                        .editMetadata()
                        .withOwnerReferences(owner)
                        .endMetadata()
                        .withImmutable(true)
                        .withStringData(Map.of("plan.json", plan))
                        .build();
        cluster.client().secrets().resource(secret).create();
    }

    // --- what was left behind

    private String owner() {
        return replica + "/" + life;
    }

    /** Removes what this builder left in a former life. */
    void removeOwn() {
        list().stream().filter(this::isOfFormerLife).forEach(this::removeLeft);
    }

    private boolean isOfFormerLife(Job job) {
        var owner = ownerOf(job);
        return owner.startsWith(replica + "/") && !owner.equals(owner());
    }

    private static String ownerOf(Job job) {
        var annotations = job.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(OWNER, "");
    }

    /** Removes those of any builder that must have been forsaken: no build takes that long. */
    void removeForsaken() {
        var longAgo = Instant.now().minus(longestInstall()).minus(MARGIN);
        list().stream().filter(job -> created(job).isBefore(longAgo)).forEach(this::removeLeft);
    }

    private static Instant created(Job job) {
        return Instant.parse(job.getMetadata().getCreationTimestamp());
    }

    private List<Job> list() {
        return cluster.client().batch().v1().jobs().withLabels(labels.ours(ROLE)).list().getItems();
    }

    private void removeLeft(Job job) {
        log.info("Removing what a build left: name={}", job.getMetadata().getName());
        remove(job);
    }

    /** With its pod and its Secret, which the cluster sees to. */
    private void remove(Job job) {
        cluster.client()
                .batch()
                .v1()
                .jobs()
                .resource(job)
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
    }
}
