package io.callbacks.invoker.load;

import io.callbacks.invoker.gateway.Busy;
import java.time.Clock;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LoadConfiguration {
    @Bean
    LoadReport loadReport(Busy busy, @Value("${callbacks.kafka}") String kafka) {
        var invoker = UUID.randomUUID().toString();
        return new LoadReport(busy, new LoadProducer(kafka), invoker, Clock.systemUTC());
    }
}
