package io.callbacks.registry.invocation;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long calls can be asked after.
 *
 * @param invocationRetention how long results can be asked for over HTTP
 */
@ConfigurationProperties("callbacks.registry")
record InvocationProperties(@DefaultValue("24h") Duration invocationRetention) {}
