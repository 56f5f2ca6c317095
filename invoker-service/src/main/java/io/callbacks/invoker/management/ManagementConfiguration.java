package io.callbacks.invoker.management;

import io.callbacks.invoker.http.Upstream;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ManagementProperties.class)
class ManagementConfiguration {
    /** Longer than a call that waits for a build, or a stream that has nothing to tell. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(15);

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
                Upstream.client("services", network.getLoopResources())
                        .responseTimeout(LONGEST_SILENCE),
                streams,
                properties.maxManagementBody().toBytes(),
                properties.serviceWait());
    }
}
