package io.callbacks.invoker;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the door is closed.
 *
 * @param notice how long calls are still taken when the invoker shall stop, so that a balancer in
 *     front of several finds out before the door is closed
 */
@ConfigurationProperties("callbacks.invoker")
record DoorProperties(@DefaultValue("0s") Duration notice) {}
