package io.callbacks.deployer.process;

import io.callbacks.blob.BlobStore;
import io.callbacks.deployer.rollout.DeployerProperties;
import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.process.Interpreters;
import io.callbacks.runtimes.Shims;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ProcessPlatformConfiguration {
    @Bean
    ProcessPlatform processPlatform(DeployerProperties properties, BlobStore blobs, RunLog runLog) {
        var directory = properties.directory().toAbsolutePath();
        var environment = System.getenv();
        var path = environment.getOrDefault("PATH", "");
        var shims = Shims.unpackInto(directory.resolve("shims"));
        return new ProcessPlatform(
                Interpreters.on(path),
                new InstanceDirectories(directory.resolve("instances"), blobs),
                new Commands(shims, blobs, path, environment.getOrDefault("TZ", "")),
                runLog);
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService processWatch(ProcessPlatform platform) {
        var watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofVirtual().name("process-watch").factory());
        var _ = watch.scheduleWithFixedDelay(platform::watch, 1, 1, TimeUnit.SECONDS);
        return watch;
    }
}
