package io.callbacks.service.installation;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Provides the {@link Installation}, to who asks for it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(InstallationConfiguration.Data.class)
public class InstallationConfiguration {
    /**
     * Where everything is kept.
     *
     * @param data shared by the services of a platform
     */
    @ConfigurationProperties("callbacks")
    record Data(Path data) {}

    @Bean
    @Lazy
    Installation installation(Data data) {
        return Installation.in(data.data());
    }
}
