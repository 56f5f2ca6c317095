package io.callbacks.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesClusterTests {
    private static final String KUBECONFIG =
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: here, cluster: {server: "%s"}}]
            users: [{name: me, user: {token: secret}}]
            contexts:
            - {name: one, context: {cluster: here, user: me}}
            - {name: other, context: {cluster: here, user: me, namespace: mine}}
            current-context: one
            """;

    @TempDir Path directory;

    @Test
    void tellsThatThereIsNone() {
        var cluster = KubernetesCluster.of(access("", "", Map.of("HOME", directory.toString())));
        assertThat(cluster.trouble(List.of()))
                .hasValueSatisfying(
                        why -> assertThat(why).startsWith("There is no Kubernetes cluster: no"));
        assertThatThrownBy(cluster::client).isInstanceOf(ClusterUnavailableException.class);
    }

    @Test
    void tellsThatTheKubeconfigIsMissing() {
        var named = access("/nowhere/config", "", Map.of());
        var ofTheEnvironment = access("", "", Map.of("KUBECONFIG", "/nowhere/config"));
        for (var access : List.of(named, ofTheEnvironment)) {
            assertThat(KubernetesCluster.of(access).trouble(List.of()))
                    .hasValueSatisfying(
                            why -> assertThat(why).contains("no kubeconfig /nowhere/config"));
        }
    }

    @Test
    void tellsThatThereIsNoSuchContext() throws IOException {
        var access = access(kubeconfig("http://127.0.0.1:1"), "third", Map.of());
        assertThat(KubernetesCluster.of(access).trouble(List.of()))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("no context 'third' but one, other"));
    }

    @Test
    void worksInTheNamespaceOfTheContext() throws IOException {
        var kubeconfig = kubeconfig("http://127.0.0.1:1");
        assertThat(namespace(access(kubeconfig, "", Map.of()))).isEqualTo("default");
        assertThat(namespace(access(kubeconfig, "other", Map.of()))).isEqualTo("mine");
        assertThat(namespace(new ClusterAccess(kubeconfig, "other", "set", Map.of())))
                .isEqualTo("set");
    }

    @Test
    void tellsThatNobodyAnswers() throws IOException {
        var access = access(kubeconfig("http://127.0.0.1:1"), "", Map.of());
        try (var cluster = KubernetesCluster.of(access)) {
            assertThat(cluster.trouble(List.of()))
                    .hasValueSatisfying(why -> assertThat(why).contains("does not answer"));
        }
    }

    @Test
    void tellsThatTheClusterIsTooOld() throws IOException {
        assertThat(
                        troubleWith(
                                200,
                                "{\"major\":\"1\",\"minor\":\"28+\",\"gitVersion\":\"v1.28.3\"}"))
                .endsWith("is too old (v1.28.3); upgrade it to 1.29 or later.");
    }

    @Test
    void tellsThatTheCredentialsAreNotTaken() throws IOException {
        assertThat(troubleWith(401, "{\"kind\":\"Status\",\"code\":401,\"message\":\"no\"}"))
                .contains("does not take the platform's credentials");
    }

    private String troubleWith(int status, String answer) throws IOException {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var server = HttpServer.create(loopback, 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(status, answer.length());
                    exchange.getResponseBody().write(answer.getBytes(UTF_8));
                    exchange.close();
                });
        server.start();
        var url = "http://127.0.0.1:" + server.getAddress().getPort();
        try (var cluster = KubernetesCluster.of(access(kubeconfig(url), "", Map.of()))) {
            return cluster.trouble(List.of()).orElseThrow();
        } finally {
            server.stop(0);
        }
    }

    private static String namespace(ClusterAccess access) {
        try (var cluster = KubernetesCluster.of(access)) {
            return cluster.namespace();
        }
    }

    private String kubeconfig(String server) throws IOException {
        return Files.writeString(directory.resolve("config"), KUBECONFIG.formatted(server))
                .toString();
    }

    private static ClusterAccess access(
            String kubeconfig, String context, Map<String, String> environment) {
        return new ClusterAccess(kubeconfig, context, "", environment);
    }
}
