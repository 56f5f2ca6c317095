package io.callbacks.builder.build;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Which copy of the builder this is.
 *
 * @param replica unlike any other running one
 */
@ConfigurationProperties("callbacks")
public record Replica(String replica) {}
