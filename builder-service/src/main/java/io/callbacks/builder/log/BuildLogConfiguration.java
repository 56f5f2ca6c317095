package io.callbacks.builder.log;

import io.callbacks.builder.build.BuilderProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class BuildLogConfiguration {
    @Bean
    FileBuildLogs buildLogs(BuilderProperties properties) {
        return new FileBuildLogs(
                properties.logs(), properties.longestLog().toBytes(), properties.logsKept());
    }
}
