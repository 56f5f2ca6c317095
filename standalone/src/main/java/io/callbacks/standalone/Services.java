package io.callbacks.standalone;

import io.callbacks.builder.BuilderApplication;
import io.callbacks.deployer.DeployerApplication;
import io.callbacks.invoker.InvokerApplication;
import io.callbacks.registry.RegistryApplication;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The four services, each the application it also is alone, told where the others are. */
final class Services {
    private final List<String> common;
    private final Options options;
    private final Ports ports;

    Services(Options options, Ports ports, DataDirectory data, String kafka, String mongo) {
        this.options = options;
        this.ports = ports;
        this.common =
                List.of(
                        "--callbacks.kafka=" + kafka,
                        "--callbacks.mongo=" + mongo,
                        "--callbacks.data=" + data,
                        "--callbacks.events.flush=true",
                        // always the same: after a kill its leases are taken up at once
                        "--callbacks.replica=standalone",
                        // and Kafka gives its partitions to its new life at once
                        "--spring.cloud.stream.kafka.default.consumer.configuration.group.instance.id=standalone");
    }

    ConfigurableApplicationContext registry() {
        return run(RegistryApplication.application(), ports.registry(), List.of());
    }

    ConfigurableApplicationContext builder() {
        return run(BuilderApplication.application(), ports.builder(), List.of());
    }

    ConfigurableApplicationContext deployer() {
        return run(DeployerApplication.application(), ports.deployer(), List.of());
    }

    ConfigurableApplicationContext invoker() {
        var others =
                List.of(
                        "--server.address=" + options.host(),
                        "--callbacks.invoker.events.member=standalone",
                        "--callbacks.invoker.registry-url=" + url(ports.registry()),
                        "--callbacks.invoker.builder-url=" + url(ports.builder()),
                        "--callbacks.invoker.deployer-url=" + url(ports.deployer()));
        return run(InvokerApplication.application(), ports.gateway(), others);
    }

    private ConfigurableApplicationContext run(
            SpringApplicationBuilder application, int port, List<String> special) {
        var settings = new ArrayList<>(common);
        settings.add("--server.port=" + port);
        settings.addAll(special);
        return application
                .registerShutdownHook(false)
                .initializers(
                        context ->
                                context.getBeanFactory()
                                        .registerSingleton(
                                                SharedLoops.BEAN_NAME, new SharedLoops()))
                .run(settings.toArray(String[]::new));
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }
}
