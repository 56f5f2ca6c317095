package io.callbacks.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An engine. Nothing is asked of it before a client is; the API version is agreed upon then, and
 * where it cannot be reached the next call tries anew. {@code DOCKER_HOST}, {@code
 * DOCKER_TLS_VERIFY} and {@code DOCKER_CERT_PATH} count as they do for Docker's own command.
 */
public final class DockerEngine implements AutoCloseable {
    private static final RemoteApiVersion OLDEST = RemoteApiVersion.VERSION_1_40;
    private static final RemoteApiVersion NEWEST = RemoteApiVersion.VERSION_1_44;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofMinutes(2);
    private static final long LEAST_FREE_BYTES = 1L << 30;
    private static final int ENOUGH_CONNECTIONS = 64;
    private static final int ENOUGH_STREAMS = 4096;

    private final DockerClientConfig config;
    private @Nullable Clients clients;

    private record Clients(DockerClient control, DockerClient streams) {}

    private DockerEngine(DockerClientConfig config) {
        this.config = config;
    }

    /**
     * An engine at an address.
     *
     * @param host such as {@code unix:///var/run/docker.sock}; empty for that of the environment
     */
    public static DockerEngine at(String host) {
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder();
        return new DockerEngine((host.isBlank() ? config : config.withDockerHost(host)).build());
    }

    /** Where it is. */
    public URI address() {
        return config.getDockerHost();
    }

    /**
     * For calls that are answered soon; an answer that stays away for two minutes is a failure.
     *
     * @throws EngineUnavailableException if the engine cannot be reached or is too old
     */
    public DockerClient control() {
        return clients().control();
    }

    /**
     * For what stays open: events, logs, attached streams. Each holds a connection of its own until
     * it is closed.
     *
     * @throws EngineUnavailableException if the engine cannot be reached or is too old
     */
    public DockerClient streams() {
        return clients().streams();
    }

    /** Why it cannot be used now, and what to do about it; empty if it can be. */
    public Optional<String> trouble() {
        try {
            var root = control().infoCmd().exec().getDockerRootDir();
            return root == null ? Optional.empty() : diskTrouble(Path.of(root));
        } catch (EngineUnavailableException e) {
            return Optional.ofNullable(e.getMessage());
        } catch (RuntimeException e) {
            return Optional.of(unreachable(e));
        }
    }

    /** Of an engine of this machine alone; another one's disk cannot be seen. */
    private static Optional<String> diskTrouble(Path root) {
        try {
            return Files.isDirectory(root)
                            && Files.getFileStore(root).getUsableSpace() < LEAST_FREE_BYTES
                    ? Optional.of(
                            "The engine's disk (%s) is full; free some, for example by 'docker system prune'."
                                    .formatted(root))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // not ours to look at
        }
    }

    // --- clients

    private synchronized Clients clients() {
        var known = clients;
        if (known == null) {
            known = connect();
            clients = known;
        }
        return known;
    }

    private Clients connect() {
        var quick = http(ENOUGH_CONNECTIONS, ANSWER);
        try {
            var agreed = config(agreed(offered(quick)));
            var streams = http(ENOUGH_STREAMS, Duration.ZERO);
            return new Clients(
                    DockerClientImpl.getInstance(agreed, quick),
                    DockerClientImpl.getInstance(agreed, streams));
        } catch (RuntimeException e) {
            close(quick);
            throw e instanceof EngineUnavailableException
                    ? e
                    : new EngineUnavailableException(unreachable(e), e);
        }
    }

    private DockerHttpClient http(int connections, Duration answer) {
        return new ApacheDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .maxConnections(connections)
                .connectionTimeout(CONNECT)
                .responseTimeout(answer)
                .build();
    }

    /** The version is asked for without naming one, which every engine answers. */
    private static RemoteApiVersion offered(DockerHttpClient http) {
        var ping = Request.builder().method("GET").path("/_ping").build();
        try (var answer = http.execute(ping)) {
            return answer.getHeaders().entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase("Api-Version"))
                    .map(header -> RemoteApiVersion.parseConfig(header.getValue().getFirst()))
                    .findFirst()
                    .orElseThrow(
                            () -> new EngineUnavailableException("It is no Docker engine.", null));
        }
    }

    private static RemoteApiVersion agreed(RemoteApiVersion offered) {
        if (!offered.isGreaterOrEqual(OLDEST)) {
            throw new EngineUnavailableException(
                    "The Docker engine is too old (API %s); upgrade it to 19.03 (API %s) or later."
                            .formatted(offered.getVersion(), OLDEST.getVersion()),
                    null);
        }
        return offered.isGreaterOrEqual(NEWEST) ? NEWEST : offered;
    }

    private DockerClientConfig config(RemoteApiVersion version) {
        return DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(config.getDockerHost().toString())
                .withApiVersion(version)
                .build();
    }

    private static void close(DockerHttpClient http) {
        try {
            http.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- what is wrong

    private String unreachable(RuntimeException error) {
        var host = config.getDockerHost();
        if ("unix".equals(host.getScheme())) {
            var socket = Path.of(host.getPath());
            if (Files.notExists(socket)) {
                return "There is no Docker engine at %s; install and start Docker, or set DOCKER_HOST."
                        .formatted(host);
            }
            if (!Files.isWritable(socket)) {
                return "No permission to use the Docker engine at %s; add the platform's user to the group that owns the socket (usually 'docker') and log in again."
                        .formatted(host);
            }
        }
        return "The Docker engine at %s does not answer (%s); see that it runs."
                .formatted(host, root(error));
    }

    private static String root(Throwable error) {
        var cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public synchronized void close() throws IOException {
        if (clients != null) {
            clients.control().close();
            clients.streams().close();
            clients = null;
        }
    }
}
