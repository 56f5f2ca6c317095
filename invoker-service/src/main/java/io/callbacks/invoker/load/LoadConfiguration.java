package io.callbacks.invoker.load;

import io.callbacks.invoker.gateway.Busy;
import io.callbacks.invoker.report.Reports;
import java.time.Clock;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LoadConfiguration {
    @Bean
    LoadReport loadReport(Busy busy, Reports reports) {
        var invoker = UUID.randomUUID().toString();
        return new LoadReport(busy, reports, invoker, Clock.systemUTC());
    }
}
