package io.callbacks.builder;

import io.callbacks.service.ServiceConfiguration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Import;

/** Starts the builder. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@Import(ServiceConfiguration.class)
public class BuilderApplication {
    /** The application, to be run alone or beside the others. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(BuilderApplication.class)
                .properties("spring.config.name=builder");
    }

    public static void main(String[] args) {
        application().run(args);
    }
}
