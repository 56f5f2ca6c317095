package io.callbacks.invoker.gateway;

import io.callbacks.invoker.http.Upstream;
import io.callbacks.invoker.route.Routes;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GatewayProperties.class)
class GatewayConfiguration {
    @Bean
    Gateway gateway(
            Routes routes,
            GatewayProperties limits,
            ReactorResourceFactory network,
            MeterRegistry metrics) {
        return new Gateway(
                routes,
                new Lines(routes, limits.queueLength()),
                new Instances(Upstream.client("instances", network.getLoopResources())),
                new GatewayMetrics(metrics),
                limits);
    }
}
