package io.callbacks.service.blob;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where sources and layers are kept.
 *
 * @param directory shared by all services of one machine
 */
@ConfigurationProperties("callbacks.blobs")
record BlobProperties(Path directory) {}
