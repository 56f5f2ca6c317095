package io.callbacks.registry.invocation;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where large bodies are.
 *
 * @param directory shared by invokers and registry
 */
@ConfigurationProperties("callbacks.bodies")
record BodiesProperties(Path directory) {}
