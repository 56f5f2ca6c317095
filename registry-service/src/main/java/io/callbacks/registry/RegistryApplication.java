package io.callbacks.registry;

import io.callbacks.service.ServiceConfiguration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Import;

/** Starts the registry. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@Import(ServiceConfiguration.class)
public class RegistryApplication {
    /** The application, to be run alone or beside the others. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(RegistryApplication.class)
                .properties("spring.config.name=registry");
    }

    public static void main(String[] args) {
        application().run(args);
    }
}
