package io.callbacks.registry.callback;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where the keys are that passwords of triggers are sealed with, for the invokers to open.
 *
 * @param directory made with new keys if there is none
 */
@ConfigurationProperties("callbacks.trigger-keys")
record TriggerKeyProperties(Path directory) {}
