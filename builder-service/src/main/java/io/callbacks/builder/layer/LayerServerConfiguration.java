package io.callbacks.builder.layer;

import io.callbacks.blob.BlobStore;
import io.callbacks.builder.build.BuilderProperties;
import io.callbacks.service.layer.LayerUrls;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LayerServerConfiguration {
    @Bean
    Uploads uploads(BlobStore blobs, BuilderProperties builder) {
        return new Uploads(blobs, builder.work());
    }

    @Bean
    LayerServing layerServing(
            LayerServerProperties properties,
            LayerReaders readers,
            ObjectProvider<LayerUrls> urls,
            BlobStore blobs,
            Uploads uploads) {
        return new LayerServing(
                properties,
                readers,
                urls::getObject,
                address -> new LayerServer(address, urls.getObject(), blobs, uploads));
    }
}
