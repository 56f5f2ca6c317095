package io.callbacks.deployer.rollout;

import io.callbacks.deployer.rollout.Platform.StartResult;
import io.callbacks.seal.Opener;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every rollout needs. */
record RolloutContext(
        DeploymentRepository repository,
        Map<String, Platform> platforms,
        InstanceControl control,
        InstanceTokens tokens,
        Announcer announcer,
        Opener opener,
        RunLog runLog,
        Starts starts,
        Drains drains,
        Autoscaler autoscaler,
        LongSupplier nanoTime) {
    private static final Logger log = LoggerFactory.getLogger(RolloutContext.class);

    Platform platform(String name) {
        var platform = platforms.get(name);
        if (platform == null) {
            throw new PlatformException("nothing runs '" + name + "' here", null);
        }
        return platform;
    }

    /** Starts an instance, when it is its turn. */
    StartResult start(String target, InstanceSpec spec) {
        return starts.oneOf(target, () -> platform(target).start(spec));
    }

    void stop(String target, RunningInstance instance, Duration drain) {
        try {
            platform(target).stop(instance.id(), drain);
        } catch (PlatformException e) {
            log.warn(
                    "Instance could not be stopped: instance={} reason={}",
                    instance.id(),
                    e.toString());
        }
    }

    /** Stops in the background. */
    void stopLater(String target, RunningInstance instance, Duration drain) {
        drains.run(() -> stop(target, instance, drain));
    }
}
