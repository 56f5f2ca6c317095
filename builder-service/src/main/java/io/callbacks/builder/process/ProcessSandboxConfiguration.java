package io.callbacks.builder.process;

import io.callbacks.blob.TreeFiles;
import io.callbacks.builder.build.BuilderProperties;
import io.callbacks.builder.build.Sandbox;
import io.callbacks.process.Interpreters;
import io.callbacks.process.Language;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ProcessSandboxConfiguration {
    @Bean
    Sandbox processSandbox(BuilderProperties properties) {
        var directory = properties.directory().toAbsolutePath();
        var environment = System.getenv();
        var settings = OperatorSettings.from(environment);
        var interpreters = Interpreters.on(environment.getOrDefault("PATH", ""));
        var cache = directory.resolve("cache");
        try {
            TreeFiles.delete(directory.resolve("work")); // what a former life left
            Files.createDirectories(directory.resolve("work"));
            Files.createDirectories(cache);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + directory, e);
        }
        var python = new PythonInstaller(interpreters, settings, directory.resolve("tools"), cache);
        var node = new NodeInstaller(settings, cache);
        return new ProcessSandbox(
                interpreters, Map.of(Language.PYTHON, python, Language.NODE, node), properties);
    }
}
