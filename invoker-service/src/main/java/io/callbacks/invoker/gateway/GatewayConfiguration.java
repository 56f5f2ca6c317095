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
    Lines lines(Routes routes, GatewayProperties limits) {
        return new Lines(routes, limits.queueLength());
    }

    @Bean
    Instances instances(ReactorResourceFactory network) {
        return new Instances(Upstream.client("instances", network.getLoopResources()));
    }

    @Bean
    Gateway gateway(
            Routes routes,
            Lines lines,
            Instances instances,
            GatewayProperties limits,
            MeterRegistry metrics,
            Queueing queueing) {
        return new Gateway(routes, lines, instances, new GatewayMetrics(metrics), limits, queueing);
    }

    @Bean
    Calls calls(Lines lines, Instances instances, GatewayProperties limits) {
        return new Calls(lines, instances, limits.maxBody().toBytes());
    }
}
