package io.callbacks.registry.outbox;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Which copy of the registry this is.
 *
 * @param replica unlike any other running one
 */
@ConfigurationProperties("callbacks")
public record Replica(String replica) {}
