package io.callbacks.deployer.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import com.github.dockerjava.api.model.Ulimit;
import io.callbacks.deployer.instance.FrontVariables;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.docker.Cpus;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.util.unit.DataSize;

/** What the engine is asked for: the box an instance lives in. Env and token are no part of it. */
final class ContainerRequest {
    static final int PORT = 8080;
    private static final String USER = "10001:10001";
    private static final int GRACE_SECONDS = 1;

    private final Labels labels;
    private final DockerProperties properties;
    private final String timeZone;

    ContainerRequest(Labels labels, DockerProperties properties, String timeZone) {
        this.labels = labels;
        this.properties = properties;
        this.timeZone = timeZone;
    }

    CreateContainerCmd fill(CreateContainerCmd command, InstanceSpec spec) {
        return command.withName(labels.containerName(spec.id()))
                .withLabels(labels.of(spec))
                .withUser(USER)
                .withWorkingDir("/work")
                .withEnv(variables(spec))
                .withStdinOpen(true)
                .withStdInOnce(properties.lifeline())
                .withExposedPorts(ExposedPort.tcp(PORT))
                .withStopTimeout(spec.limits().timeoutSeconds() + GRACE_SECONDS)
                .withHostConfig(host(spec));
    }

    private List<String> variables(InstanceSpec spec) {
        var variables = new TreeMap<>(FrontVariables.of(spec));
        variables.put("HOME", "/work");
        variables.put("TMPDIR", "/tmp");
        if (!timeZone.isEmpty()) {
            variables.put("TZ", timeZone);
        }
        return variables.entrySet().stream().map(v -> v.getKey() + "=" + v.getValue()).toList();
    }

    private HostConfig host(InstanceSpec spec) {
        var host = isolated(limited(HostConfig.newHostConfig(), spec));
        return properties.address().isPublished()
                ? host.withPortBindings(
                        new PortBinding(Binding.bindIp("127.0.0.1"), ExposedPort.tcp(PORT)))
                : host;
    }

    private HostConfig isolated(HostConfig host) {
        return host.withNetworkMode(CallbacksNetwork.NAME)
                .withReadonlyRootfs(true)
                .withTmpFs(
                        Map.of(
                                "/tmp",
                                scratch("mode=1777"),
                                "/work",
                                scratch("mode=0700,uid=10001,gid=10001")))
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges:true"))
                .withInit(true);
    }

    private String scratch(String mode) {
        return "rw,exec,nosuid,nodev,size=" + properties.scratch().toBytes() + "," + mode;
    }

    /** Memory is that of function, front and scratch together; there is no swap on top. */
    private HostConfig limited(HostConfig host, InstanceSpec spec) {
        var memory =
                DataSize.ofMegabytes(spec.limits().memoryMb()).toBytes()
                        + properties.headroom().toBytes();
        return Cpus.limit(host, properties.cpus())
                .withMemory(memory)
                .withMemorySwap(memory)
                .withPidsLimit(properties.processes())
                .withUlimits(
                        new Ulimit[] {
                            new Ulimit("core", 0L, 0L), new Ulimit("nofile", 4096L, 4096L)
                        })
                .withLogConfig(
                        new LogConfig(
                                LogConfig.LoggingType.JSON_FILE,
                                Map.of("max-size", "1m", "max-file", "2")));
    }
}
