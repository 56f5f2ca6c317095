package io.callbacks.service.layer;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Provides the {@link LayerUrls}, to who asks for them. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({LayerConfiguration.Data.class, LayerConfiguration.Layers.class})
public class LayerConfiguration {
    /**
     * Where everything is kept.
     *
     * @param data shared by the services of a platform
     */
    @ConfigurationProperties("callbacks")
    record Data(Path data) {}

    /**
     * How layers get to where there is no blob store.
     *
     * @param url where pods find the builder's layers; empty for what the builder finds out
     */
    @ConfigurationProperties("callbacks.layers")
    record Layers(@DefaultValue("") String url) {
        Layers {
            if (!url.isEmpty() && URI.create(url).getHost() == null) {
                throw new IllegalArgumentException(
                        "callbacks.layers.url must be a URL with a host, such as http://10.0.0.1:8004: "
                                + url);
            }
        }
    }

    @Bean
    @Lazy
    LayerUrls layerUrls(Data data, Layers layers) {
        return LayerUrls.in(data.data(), layers.url(), Clock.systemUTC());
    }
}
