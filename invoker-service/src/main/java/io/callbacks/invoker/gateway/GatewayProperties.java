package io.callbacks.invoker.gateway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the gateway allows a request.
 *
 * @param queueTime how long it waits for an instance that is ready and not busy
 * @param queueLength how many wait for one callback
 * @param maxBody how long its body may be
 * @param repeatableBody up to what length a body is kept, so that it can be sent to another
 *     instance when the first one turned it away
 */
@ConfigurationProperties("callbacks.invoker")
record GatewayProperties(
        @DefaultValue("10s") Duration queueTime,
        @DefaultValue("1000") int queueLength,
        @DefaultValue("6MB") DataSize maxBody,
        @DefaultValue("1MB") DataSize repeatableBody) {}
