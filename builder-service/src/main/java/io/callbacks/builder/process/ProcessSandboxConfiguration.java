package io.callbacks.builder.process;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.TreeFiles;
import io.callbacks.builder.build.BuilderProperties;
import io.callbacks.builder.build.Sandbox;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.process.Interpreters;
import io.callbacks.process.Language;
import io.callbacks.process.ProcessTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ProcessSandboxConfiguration {
    private static final Logger log = LoggerFactory.getLogger(ProcessSandboxConfiguration.class);

    @Bean
    Sandbox processSandbox(BuilderProperties properties, BlobStore blobs) {
        var directory = properties.directory().toAbsolutePath().normalize();
        var environment = System.getenv();
        var settings = OperatorSettings.from(environment);
        var interpreters = Interpreters.on(environment.getOrDefault("PATH", ""));
        var cache = directory.resolve("cache");
        endFormerLife(directory, properties.work());
        try {
            Files.createDirectories(cache);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + directory, e);
        }
        var python = new PythonInstaller(interpreters, settings, directory.resolve("tools"), cache);
        var node = new NodeInstaller(settings, cache);
        return new ProcessSandbox(
                interpreters,
                Map.of(Language.PYTHON, python, Language.NODE, node),
                settings,
                blobs,
                properties);
    }

    /** Ends what a builder that was killed has left running, and removes what it left lying. */
    private static void endFormerLife(Path directory, Path work) {
        ProcessTree.killThoseWith("HOME=" + directory + "/");
        try {
            TreeFiles.delete(work);
        } catch (IOException e) {
            log.warn("Left behind: directory={} reason={}", work, e.toString());
        }
    }
}
