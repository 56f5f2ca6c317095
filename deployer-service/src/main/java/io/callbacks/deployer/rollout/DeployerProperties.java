package io.callbacks.deployer.rollout;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How callbacks are run.
 *
 * @param directory the deployer's own: instances, run logs, shims
 * @param starts instances of a target that are started at once
 * @param lease how long another deployer waits for one that fell silent
 * @param scaleDownAfter how long fewer instances of a callback must be enough before there are
 *     fewer
 * @param runLog how much of a callback's run log is kept
 */
@ConfigurationProperties("callbacks.deployer")
public record DeployerProperties(
        Path directory,
        @DefaultValue("4") int starts,
        @DefaultValue("10s") Duration lease,
        @DefaultValue("1m") Duration scaleDownAfter,
        @DefaultValue("8MB") DataSize runLog) {}
