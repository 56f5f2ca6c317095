package io.callbacks.builder.docker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The Docker engine and what is made on it.
 *
 * @param host the engine's address; empty for that of the environment
 * @param images base image of each type; {@code python} and {@code node} have defaults
 * @param extraCa certificate authorities to trust in images: a file, or a directory's {@code .crt}
 *     files; need not exist
 * @param buildSubnet of the network that installs use
 * @param buildMemory of an install
 * @param buildCpus of an install
 * @param buildPids processes of an install
 */
@ConfigurationProperties("callbacks.docker")
record DockerProperties(
        @DefaultValue("") String host,
        @DefaultValue Map<String, String> images,
        @DefaultValue("/usr/local/share/ca-certificates") Path extraCa,
        @DefaultValue("10.231.240.0/20") String buildSubnet,
        @DefaultValue("1GB") DataSize buildMemory,
        @DefaultValue("2") double buildCpus,
        @DefaultValue("256") int buildPids) {
    static final Map<String, String> DEFAULT_IMAGES =
            Map.of("python", "python:3.11-slim", "node", "node:22-slim");

    DockerProperties {
        var all = new HashMap<>(DEFAULT_IMAGES);
        all.putAll(images);
        images = Map.copyOf(all);
    }
}
