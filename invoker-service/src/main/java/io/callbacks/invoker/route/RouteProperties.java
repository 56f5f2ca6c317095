package io.callbacks.invoker.route;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where callbacks and routes are followed.
 *
 * @param kafka bootstrap servers
 */
@ConfigurationProperties("callbacks")
record RouteProperties(@DefaultValue("127.0.0.1:9092") String kafka) {}
