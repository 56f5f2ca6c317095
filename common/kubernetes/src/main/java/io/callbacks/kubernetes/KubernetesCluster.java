package io.callbacks.kubernetes;

import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cluster. Nothing is read or connected to before something is asked of it; where that cannot be
 * done, the next call tries anew.
 */
public final class KubernetesCluster implements AutoCloseable {
    /** Who everything is written by, as the cluster sees it. */
    public static final String FIELD_MANAGER = "callbacks";

    private static final int OLDEST_MINOR = 29;
    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 10_000;
    private static final int TRIES_AGAIN = 3;
    private static final Pattern NOT_DIGITS = Pattern.compile("\\D.*");

    private final ClusterAccess access;
    private @Nullable Connection connection;

    private record Connection(KubernetesClient client, String namespace) {}

    private KubernetesCluster(ClusterAccess access) {
        this.access = access;
    }

    public static KubernetesCluster of(ClusterAccess access) {
        return new KubernetesCluster(access);
    }

    /**
     * For everything that is asked of the cluster; in its namespace unless another one is named.
     *
     * @throws ClusterUnavailableException if it is not known how to get there
     */
    public KubernetesClient client() {
        return connection().client();
    }

    /**
     * Where everything is made.
     *
     * @throws ClusterUnavailableException if it is not known how to get there
     */
    public String namespace() {
        return connection().namespace();
    }

    /**
     * Where its API server is.
     *
     * @throws ClusterUnavailableException if it is not known how to get there
     */
    public URI address() {
        return URI.create(client().getConfiguration().getMasterUrl());
    }

    private synchronized Connection connection() {
        var known = connection;
        if (known == null) {
            known = connect(access.config());
            connection = known;
        }
        return known;
    }

    /**
     * By HTTP/1.1, since every pod that is followed takes a stream, of which an API server gives an
     * HTTP/2 connection a hundred or so.
     */
    private Connection connect(Config found) {
        var namespace = access.namespaceOf(found);
        var config =
                new ConfigBuilder(found)
                        .withNamespace(namespace)
                        .withConnectionTimeout(CONNECT_MILLIS)
                        .withRequestTimeout(ANSWER_MILLIS)
                        .withRequestRetryBackoffLimit(TRIES_AGAIN)
                        .withHttp2Disable(true)
                        .withUserAgent(FIELD_MANAGER)
                        .build();
        var client =
                new KubernetesClientBuilder()
                        .withConfig(config)
                        .withHttpClientFactory(new JdkHttpClientFactory())
                        .build();
        return new Connection(client, namespace);
    }

    // --- what is wrong

    /** Why it is not known how to get there; empty if it is. Connects to nothing. */
    public synchronized Optional<String> missing() {
        if (connection != null) {
            return Optional.empty();
        }
        try {
            access.config();
            return Optional.empty();
        } catch (ClusterUnavailableException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    /**
     * Why it cannot be used now, and what to do about it; empty if it can be. Asks the cluster for
     * its version, its namespace and each permission.
     */
    public Optional<String> trouble(List<Permission> needed) {
        try {
            return versionTrouble().or(this::namespaceTrouble).or(() -> permissionTrouble(needed));
        } catch (ClusterUnavailableException e) {
            return Optional.ofNullable(e.getMessage());
        } catch (KubernetesClientException e) {
            return Optional.of(unusable(e));
        }
    }

    private Optional<String> versionTrouble() {
        var version = client().getKubernetesVersion();
        var minor = NOT_DIGITS.matcher(version.getMinor()).replaceFirst(""); // as in "29+"
        return version.getMajor().equals("1") && Integer.parseInt(minor) < OLDEST_MINOR
                ? Optional.of(
                        "The Kubernetes cluster at %s is too old (%s); upgrade it to 1.%d or later."
                                .formatted(address(), version.getGitVersion(), OLDEST_MINOR))
                : Optional.empty();
    }

    /** Who may not look at namespaces is not told of this one. */
    private Optional<String> namespaceTrouble() {
        try {
            return client().namespaces().withName(namespace()).get() == null
                    ? Optional.of(
                            "There is no namespace '%s' in the cluster; make it ('kubectl create namespace %s'), or set callbacks.kubernetes.namespace."
                                    .formatted(namespace(), namespace()))
                    : Optional.empty();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<String> permissionTrouble(List<Permission> needed) {
        return needed.stream().filter(p -> !isPermitted(p)).findFirst().map(this::forbidden);
    }

    private boolean isPermitted(Permission permission) {
        var review =
                new SelfSubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withResourceAttributes(permission.in(namespace()))
                        .endSpec()
                        .build();
        var answer =
                client().authorization().v1().selfSubjectAccessReview().create(review).getStatus();
        return Boolean.TRUE.equals(answer.getAllowed());
    }

    private String forbidden(Permission missing) {
        var resource =
                missing.group().isEmpty()
                        ? missing.resource()
                        : missing.resource() + "." + missing.group();
        return "The platform may not %s %s in the namespace '%s'; add the verb '%s' on %s to its role."
                .formatted(missing.verb(), resource, namespace(), missing.verb(), resource);
    }

    private String unusable(KubernetesClientException error) {
        if (isUnreachable(error)) {
            return "The Kubernetes cluster at %s does not answer (%s); see that it runs, and that kubectl reaches it from here."
                    .formatted(address(), reason(error));
        }
        return error.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED
                ? "The Kubernetes cluster at %s does not take the platform's credentials; renew those of its kubeconfig."
                        .formatted(address())
                : "The Kubernetes cluster at %s refuses (%s).".formatted(address(), reason(error));
    }

    /** Whether it did not answer at all. */
    public static boolean isUnreachable(KubernetesClientException error) {
        return error.getCode() <= 0;
    }

    /** What the cluster says of an error, or else the deepest that was said of it. */
    public static String reason(Throwable error) {
        if (error instanceof KubernetesClientException refusal
                && refusal.getStatus() != null
                && refusal.getStatus().getMessage() != null) {
            return refusal.getStatus().getMessage();
        }
        var said = error.getClass().getSimpleName();
        for (var cause = error; cause != null; cause = cause.getCause()) {
            said = cause.getMessage() == null ? said : cause.getMessage();
        }
        return said;
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.client().close();
            connection = null;
        }
    }
}
