package io.callbacks.registry.callback;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where the keys are that env is sealed with.
 *
 * @param directory made with new keys if there is none
 */
@ConfigurationProperties("callbacks.seal")
record SealProperties(Path directory) {}
