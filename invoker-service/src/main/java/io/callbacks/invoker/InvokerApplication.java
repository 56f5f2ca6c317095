package io.callbacks.invoker;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** The invoker, alone or beside the other services in one JVM. */
@SpringBootApplication
public class InvokerApplication {
    /** The application, configured by {@code invoker.yml}. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(InvokerApplication.class)
                .properties("spring.config.name=invoker");
    }

    public static void main(String[] args) {
        application().run(args);
    }
}
