package io.callbacks.builder.build;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How callbacks are built.
 *
 * @param directory this builder's own: tools, caches, work in progress
 * @param logs build logs, shared by all copies of the builder
 * @param parallel installs that go on at once
 * @param timeout the longest time an install may take
 * @param largestLayer how much an install may bring
 * @param longestLog how much of an install's output is kept; of more, the end
 * @param logsKept of how many revisions of a callback
 * @param imagesKept of how many revisions of a callback, beside those that are wanted
 * @param dependenciesKept how long an image of dependencies stays after the last use of it
 * @param forsakenAfter a build nobody gave a sign of life of for so long is begun anew
 */
@ConfigurationProperties("callbacks.builder")
public record BuilderProperties(
        Path directory,
        Path logs,
        @DefaultValue("4") int parallel,
        @DefaultValue("10m") Duration timeout,
        @DefaultValue("1GB") DataSize largestLayer,
        @DefaultValue("1MB") DataSize longestLog,
        @DefaultValue("10") int logsKept,
        @DefaultValue("10") int imagesKept,
        @DefaultValue("1h") Duration dependenciesKept,
        @DefaultValue("15s") Duration forsakenAfter) {
    public BuilderProperties {
        if (parallel < 1) {
            throw new IllegalArgumentException(
                    "callbacks.builder.parallel must be at least 1: " + parallel);
        }
        directory = directory.toAbsolutePath().normalize();
        logs = logs.toAbsolutePath().normalize();
    }

    /** Where work in progress lies; what a former life left there goes at the start. */
    public Path work() {
        return directory.resolve("work");
    }
}
