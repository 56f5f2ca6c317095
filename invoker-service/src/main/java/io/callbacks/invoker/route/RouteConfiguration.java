package io.callbacks.invoker.route;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RouteProperties.class)
class RouteConfiguration {
    @Bean
    KafkaRoutes routes(RouteProperties properties) {
        return new KafkaRoutes(properties.kafka());
    }

    /** Named for the readiness group. */
    @Bean
    HealthIndicator routesHealthIndicator(Routes routes) {
        return () ->
                routes.current().isPresent()
                        ? Health.up().build()
                        : Health.down().withDetail("reason", "callbacks are not read yet").build();
    }
}
