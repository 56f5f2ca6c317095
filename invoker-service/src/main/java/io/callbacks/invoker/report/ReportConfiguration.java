package io.callbacks.invoker.report;

import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ReportConfiguration {
    @Bean
    Reports reports(@Value("${callbacks.kafka}") String kafka) {
        return new Reports(kafka, Clock.systemUTC());
    }
}
