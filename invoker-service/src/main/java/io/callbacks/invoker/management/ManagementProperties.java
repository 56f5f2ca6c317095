package io.callbacks.invoker.management;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where management calls go, and which are let through.
 *
 * @param registryUrl the registry
 * @param builderUrl the builder
 * @param deployerUrl the deployer
 * @param hosts names the platform is called by, beside {@code localhost} and addresses
 * @param origins web origins whose pages may call it, beside its own
 * @param maxManagementBody how long the body of a call may be
 * @param serviceWait how long a call waits for a service that is just starting
 */
@ConfigurationProperties("callbacks.invoker")
record ManagementProperties(
        @DefaultValue("http://127.0.0.1:8001") URI registryUrl,
        @DefaultValue("http://127.0.0.1:8002") URI builderUrl,
        @DefaultValue("http://127.0.0.1:8003") URI deployerUrl,
        @DefaultValue Set<String> hosts,
        @DefaultValue Set<String> origins,
        @DefaultValue("2MB") DataSize maxManagementBody,
        @DefaultValue("5s") Duration serviceWait) {
    ManagementProperties {
        hosts = Set.copyOf(hosts);
        origins = Set.copyOf(origins);
    }
}
