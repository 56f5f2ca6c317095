package io.callbacks.deployer.docker;

import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.docker.DockerEngine;
import io.callbacks.service.installation.Installation;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class DockerPlatformConfiguration {
    @Bean
    DockerEngine dockerEngine(DockerProperties properties) {
        return DockerEngine.at(properties.host());
    }

    @Bean
    DockerPlatform dockerPlatform(
            DockerEngine engine,
            DockerProperties properties,
            Installation installation,
            InstanceTokens tokens,
            RunLog runLog) {
        var labels = new Labels(installation);
        var timeZone = System.getenv().getOrDefault("TZ", "");
        var containers =
                new Containers(
                        engine,
                        labels,
                        new ContainerRequest(labels, properties, timeZone),
                        properties.address().isPublished());
        var gateway = new GatewayBridge(engine, properties.gatewayNetwork());
        var preflight =
                new Preflight(
                        engine,
                        new CallbacksNetwork(engine, gateway, properties.subnet()),
                        firewall(engine, labels, gateway, properties),
                        properties.types());
        return new DockerPlatform(containers, preflight, tokens, runLog, properties.lifeline());
    }

    private static Firewall firewall(
            DockerEngine engine,
            Labels labels,
            GatewayBridge gateway,
            DockerProperties properties) {
        var runners = new ArrayList<FirewallRunner>(List.of(new LocalFirewallRunner()));
        if (!properties.firewallImage().isEmpty()) {
            runners.add(new ContainerFirewallRunner(engine, labels, properties.firewallImage()));
        }
        return new Firewall(runners, gateway, properties.indexAddresses());
    }
}
