package io.callbacks.service.store;

import java.util.concurrent.TimeUnit;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** No call to MongoDB waits for ever, so that trouble there is seen and tried again. */
@Configuration(proxyBeanMethods = false)
public class StoreConfiguration {
    @Bean
    MongoClientSettingsBuilderCustomizer storeTimeouts() {
        return settings ->
                settings.applyToClusterSettings(
                                cluster -> cluster.serverSelectionTimeout(5, TimeUnit.SECONDS))
                        .applyToSocketSettings(
                                socket ->
                                        socket.connectTimeout(5, TimeUnit.SECONDS)
                                                .readTimeout(20, TimeUnit.SECONDS));
    }
}
