package io.callbacks.deployer.kubernetes;

import io.callbacks.kubernetes.ClusterAccess;
import io.callbacks.kubernetes.KubernetesCluster;
import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/** A real cluster, and a namespace of it that takes none but restricted pods. */
public final class TestCluster implements AutoCloseable {
    private static final String LOCAL = "docker.io/callbacks/base-python:local";

    private final String namespace = "callbacks-it-" + UUID.randomUUID().toString().substring(0, 8);
    private final KubernetesCluster cluster =
            KubernetesCluster.of(new ClusterAccess("", "", namespace, System.getenv()));

    public TestCluster() {
        client().resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                                .endMetadata()
                                .build())
                .create();
    }

    KubernetesCluster cluster() {
        return cluster;
    }

    KubernetesClient client() {
        return cluster.client();
    }

    public String namespace() {
        return namespace;
    }

    /** One that a node has already, or else one that it pulls. */
    public String pythonImage() {
        return client().nodes().list().getItems().stream()
                        .flatMap(node -> node.getStatus().getImages().stream())
                        .map(ContainerImage::getNames)
                        .filter(Objects::nonNull) // of an image that lost its names to another
                        .anyMatch(names -> names.contains(LOCAL))
                ? LOCAL
                : "python:3.11-slim";
    }

    /** Pods and Secrets of an installation, in whatever state. */
    public List<String> objects(String installation) {
        var label = "callbacks.io/installation";
        return Stream.<HasMetadata>concat(
                        client().pods().withLabel(label, installation).list().getItems().stream(),
                        client()
                                .secrets()
                                .withLabel(label, installation)
                                .list()
                                .getItems()
                                .stream())
                .map(object -> object.getKind() + " " + object.getMetadata().getName())
                .toList();
    }

    /** Removes an instance's pod, as an operator would. */
    public void delete(String instance) {
        client().pods().withName(PodRequest.nameOf(instance)).delete();
    }

    public URI apiServer() {
        return cluster.address();
    }

    /** Does not wait until all of it is gone. */
    @Override
    public void close() {
        client().namespaces().withName(namespace).delete();
        cluster.close();
    }
}
