package io.callbacks.builder.jib;

import io.callbacks.blob.BlobStore;
import io.callbacks.builder.build.BuilderProperties;
import io.callbacks.builder.build.ImageRegistry;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where no repository is set, there is no registry. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("callbacks.images.repository")
class JibConfiguration {
    @Bean
    ImageRegistry imageRegistry(
            ImageProperties properties, BlobStore blobs, BuilderProperties builder) {
        var directory = builder.directory().resolve("images");
        return new JibRegistry(
                properties,
                new ImageLayers(blobs, directory),
                new LayerCache(directory.resolve("cache"), properties.cache().toBytes()));
    }
}
