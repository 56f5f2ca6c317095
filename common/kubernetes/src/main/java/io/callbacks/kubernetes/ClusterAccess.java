package io.callbacks.kubernetes;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which cluster is meant, in the order that kubectl looks for one: a kubeconfig that is named, that
 * of {@code KUBECONFIG}, the usual one of the home directory, the cluster that this runs in.
 *
 * @param kubeconfig file; empty for what the environment says
 * @param context of the kubeconfig; empty for its current one
 * @param namespace where everything is made; empty for that of the context
 * @param environment variables of the process
 */
public record ClusterAccess(
        String kubeconfig, String context, String namespace, Map<String, String> environment) {
    private static final String NONE =
            "There is no Kubernetes cluster: no kubeconfig was found (callbacks.kubernetes.kubeconfig, KUBECONFIG, ~/.kube/config), and the platform does not run in a cluster; set one to deploy with c_type kubernetes.";

    public ClusterAccess {
        environment = Map.copyOf(environment);
    }

    /**
     * How to get there. Reads files, and connects to nothing.
     *
     * @throws ClusterUnavailableException if that is nowhere said, or not well
     */
    Config config() {
        try {
            return checked(kubeconfig.isEmpty() ? ofTheEnvironment() : ofFile());
        } catch (KubernetesClientException e) {
            throw new ClusterUnavailableException(
                    "The kubeconfig %s cannot be read (%s); see that 'kubectl --kubeconfig' takes it."
                            .formatted(kubeconfig, e.getMessage()),
                    e);
        }
    }

    private Config ofFile() {
        requireFile(kubeconfig);
        return Config.fromKubeconfig(context.isEmpty() ? null : context, new File(kubeconfig));
    }

    private Config ofTheEnvironment() {
        var named = environment.getOrDefault("KUBECONFIG", "");
        if (!named.isEmpty()) {
            requireFile(named.split(File.pathSeparator, -1));
        } else if (!hasUsualKubeconfig() && !isInCluster()) {
            throw new ClusterUnavailableException(NONE, null);
        }
        return Config.autoConfigure(context.isEmpty() ? null : context);
    }

    private boolean hasUsualKubeconfig() {
        var home = environment.getOrDefault("HOME", "");
        return !home.isEmpty() && Files.exists(Path.of(home, ".kube", "config"));
    }

    private boolean isInCluster() {
        return environment.containsKey("KUBERNETES_SERVICE_HOST")
                && Files.exists(Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH));
    }

    private static void requireFile(String... files) {
        if (Arrays.stream(files).map(Path::of).noneMatch(Files::isReadable)) {
            throw new ClusterUnavailableException(
                    "There is no kubeconfig %s that can be read; see callbacks.kubernetes.kubeconfig, or KUBECONFIG."
                            .formatted(String.join(", ", files)),
                    null);
        }
    }

    private Config checked(Config config) {
        var names = config.getContexts().stream().map(NamedContext::getName).toList();
        if (!context.isEmpty() && !names.contains(context)) {
            throw new ClusterUnavailableException(
                    "The kubeconfig has no context '%s' but %s; see callbacks.kubernetes.context."
                            .formatted(
                                    context,
                                    names.stream().sorted().collect(Collectors.joining(", "))),
                    null);
        }
        return config;
    }

    String namespaceOf(Config config) {
        if (!namespace.isEmpty()) {
            return namespace;
        }
        var ofContext = config.getNamespace();
        return ofContext == null || ofContext.isEmpty() ? "default" : ofContext;
    }

    @Override
    public String toString() {
        return "ClusterAccess[kubeconfig=%s, context=%s, namespace=%s]"
                .formatted(kubeconfig, context, namespace);
    }
}
