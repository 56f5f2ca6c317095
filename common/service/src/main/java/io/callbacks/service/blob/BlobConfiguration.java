package io.callbacks.service.blob;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.DirectoryBlobStore;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Provides the {@link BlobStore}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(BlobProperties.class)
public class BlobConfiguration {
    @Bean
    BlobStore blobStore(BlobProperties properties) {
        return new DirectoryBlobStore(properties.directory().toAbsolutePath());
    }
}
