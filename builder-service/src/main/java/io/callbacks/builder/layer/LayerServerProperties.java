package io.callbacks.builder.layer;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where layers are served.
 *
 * @param port 0 for any free one, which is also what counts if none is set and a cluster is there
 * @param address to listen at; empty for the one that is nearest to the cluster, or for all if the
 *     URL is set
 * @param url where pods find this server; empty for what can be told from address and port
 */
@ConfigurationProperties("callbacks.layers")
record LayerServerProperties(
        @Nullable Integer port, @DefaultValue("") String address, @DefaultValue("") String url) {}
