package io.callbacks.registry.callback;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the registry answers.
 *
 * @param defaultTarget where a callback is built for and deployed to that names no target
 * @param liveTimeout how long a change of env, an undeploy or a delete waits to be live everywhere
 * @param longestWait the longest wait a {@code Prefer} header can ask for
 */
@ConfigurationProperties("callbacks.registry")
record RegistryProperties(
        @DefaultValue("process") String defaultTarget,
        @DefaultValue("10s") Duration liveTimeout,
        @DefaultValue("120s") Duration longestWait) {}
