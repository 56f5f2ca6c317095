package io.callbacks.invoker.management;

import io.callbacks.invoker.http.Upstream;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ManagementProperties.class)
class ManagementConfiguration {
    @Bean
    OpenStreams openStreams() {
        return new OpenStreams();
    }

    @Bean
    Management management(
            ManagementProperties properties, ReactorResourceFactory network, OpenStreams streams) {
        return new Management(
                new Door(properties.hosts(), properties.origins()),
                new Services(properties),
                Upstream.client("services", network.getLoopResources()),
                streams,
                properties.maxManagementBody().toBytes());
    }
}
