package io.callbacks.builder.build;

import io.callbacks.event.Layer;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * What is installed where.
 *
 * @param key runtime and normalised library
 * @param layer null while it is being installed
 * @param installs how often it was
 */
@Document("installs")
record InstallRecord(
        @Id String key, @Nullable String owner, long beat, @Nullable Layer layer, int installs) {}
