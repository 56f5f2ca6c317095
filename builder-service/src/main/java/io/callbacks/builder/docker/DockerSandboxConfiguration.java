package io.callbacks.builder.docker;

import io.callbacks.blob.BlobStore;
import io.callbacks.builder.build.BuilderProperties;
import io.callbacks.builder.build.Images;
import io.callbacks.builder.build.Replica;
import io.callbacks.builder.build.Sandbox;
import io.callbacks.builder.install.InstallLimits;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.docker.DockerEngine;
import io.callbacks.service.installation.Installation;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Nothing here asks anything of the engine before a build does: it may be absent. */
@Configuration(proxyBeanMethods = false)
class DockerSandboxConfiguration {
    @Bean
    @Lazy
    DockerEngine dockerEngine(DockerProperties properties) {
        return DockerEngine.at(properties.host());
    }

    @Bean
    Engine engine(ObjectProvider<DockerEngine> dockerEngine) {
        return new Engine(dockerEngine::getObject);
    }

    @Bean
    Labels labels(Installation installation) {
        return new Labels(installation.id());
    }

    @Bean
    BuildContainers buildContainers(
            Engine engine,
            Labels labels,
            Replica replica,
            DockerProperties properties,
            BuilderProperties builder) {
        return new BuildContainers(
                engine, labels, replica.replica(), properties, builder.timeout());
    }

    @Bean
    Images dockerImages(Engine engine, Labels labels, BuildContainers containers) {
        return new DockerImages(engine, labels, containers);
    }

    @Bean
    Sandbox dockerSandbox(
            Engine engine,
            Labels labels,
            BuildContainers containers,
            BlobStore blobs,
            DockerProperties properties,
            BuilderProperties builder) {
        var bases = new BaseImages(engine, properties.images());
        return new DockerSandbox(
                engine,
                labels,
                new RuntimeImages(engine, bases, containers, properties.extraCa()),
                containers,
                OperatorSettings.from(System.getenv()),
                blobs,
                new InstallLimits(builder.timeout(), builder.largestLayer().toBytes()));
    }
}
