package io.callbacks.deployer.log;

import io.callbacks.deployer.rollout.DeployerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class RunLogConfiguration {
    @Bean
    FileRunLog runLog(DeployerProperties properties) {
        return new FileRunLog(
                properties.directory().resolve("run-logs"), properties.runLog().toBytes());
    }
}
