package io.callbacks.deployer;

import io.callbacks.service.ServiceConfiguration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Import;

/** Starts the deployer. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@Import(ServiceConfiguration.class)
public class DeployerApplication {
    /** The application, to be run alone or beside the others. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(DeployerApplication.class)
                .properties("spring.config.name=deployer");
    }

    public static void main(String[] args) {
        application().run(args);
    }
}
