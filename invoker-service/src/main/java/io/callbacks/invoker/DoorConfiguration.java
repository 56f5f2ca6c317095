package io.callbacks.invoker;

import io.callbacks.invoker.gateway.Gateway;
import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.http.ProblemException;
import io.callbacks.invoker.http.RequestRules;
import io.callbacks.invoker.http.StrictServer;
import io.callbacks.invoker.management.Management;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.reactive.UrlHandlerFilter;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** What comes in at the door, and where it goes; only its own health is left to Spring. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DoorProperties.class)
class DoorConfiguration {
    private static final Pattern OWN = Pattern.compile("/(?:healthz|readyz|metrics)(?:[/?].*)?");

    @Bean
    NettyServerCustomizer strictness() {
        return StrictServer::of;
    }

    @Bean
    Departure departure(DoorProperties properties) {
        return new Departure(properties.notice());
    }

    @Bean
    NettyServerCustomizer farewell(Departure departure) {
        return departure::toldBy;
    }

    @Bean
    UrlHandlerFilter trailingSlash() {
        return UrlHandlerFilter.trailingSlashHandler("/**").mutateRequest().build();
    }

    @Bean
    NettyRouteProvider door(Gateway gateway, Management management) {
        return routes ->
                routes.route(request -> Gateway.takes(request.uri()), gateway)
                        .route(request -> Management.takes(request.uri()), management)
                        .route(
                                request -> !OWN.matcher(request.uri()).matches(),
                                DoorConfiguration::unknown);
    }

    private static Mono<Void> unknown(HttpServerRequest request, HttpServerResponse response) {
        return problem(request).answer(request, response);
    }

    private static Problem problem(HttpServerRequest request) {
        try {
            RequestRules.check(request);
        } catch (ProblemException e) {
            return e.problem();
        }
        return Problem.of(
                404,
                "not-found",
                "There is nothing here; callbacks are run below /api/ and managed below /callbacks/.");
    }
}
