package io.callbacks.deployer.process;

import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.deployer.rollout.Platform;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.deployer.rollout.RunningInstance;
import io.callbacks.event.Failure;
import io.callbacks.process.Interpreters;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each instance as a process of this machine, with the rights of the deployer: for code that
 * is trusted. An instance lives as long as its standard input is open, so that none outlives the
 * deployer, however that ends.
 */
final class ProcessPlatform implements Platform {
    private static final Logger log = LoggerFactory.getLogger(ProcessPlatform.class);

    private final Interpreters interpreters;
    private final InstanceDirectories directories;
    private final Commands commands;
    private final RunLog runLog;
    private final Map<String, ProcessInstance> instances = new ConcurrentHashMap<>();
    private BiConsumer<Long, Failure> listener = (_, _) -> {};

    ProcessPlatform(
            Interpreters interpreters,
            InstanceDirectories directories,
            Commands commands,
            RunLog runLog) {
        this.interpreters = interpreters;
        this.directories = directories;
        this.commands = commands;
        this.runLog = runLog;
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public Availability availability() {
        var types = interpreters.types();
        return types.isEmpty()
                ? new Availability(
                        false,
                        "Neither Python 3.8 nor Node.js 18 or later is on the deployer's PATH; install one.",
                        types)
                : new Availability(
                        true,
                        "Runs callbacks with the platform's own rights: for trusted code only.",
                        types);
    }

    @Override
    public void onEnd(BiConsumer<Long, Failure> listener) {
        this.listener = listener;
    }

    @Override
    public StartResult start(InstanceSpec spec) {
        var interpreter = interpreters.find(spec.type());
        if (interpreter.isEmpty()) {
            return new StartResult.Failed(
                    new Failure(
                            "runtime-missing",
                            null,
                            "Nothing here runs '" + spec.type() + "' any more.",
                            "Install it again, or choose a type that GET /targets lists.",
                            null));
        }
        try {
            var directory = directories.make(spec);
            var process = commands.start(interpreter.get(), spec, directory);
            directories.writePid(directory, process);
            var instance = new ProcessInstance(spec, process, directory, runLog);
            instances.put(spec.id(), instance);
            instance.onExit(() -> ended(instance));
            var result =
                    instance.awaitReady(
                            Duration.ofSeconds(spec.limits().startupTimeoutSeconds() + 5L));
            if (result instanceof StartResult.Started) {
                say(spec, "instance " + spec.id() + " started, revision " + spec.revision());
            } else {
                stop(spec.id(), Duration.ZERO);
            }
            return result;
        } catch (IOException e) {
            throw new PlatformException("cannot start instance " + spec.id(), e);
        }
    }

    private void ended(ProcessInstance instance) {
        var unexpected = instances.remove(instance.id(), instance) && instance.wasReady();
        directories.remove(instance.directory());
        if (unexpected) {
            var how = instance.howItEnded();
            say(instance.spec(), "instance " + instance.id() + ": " + how.message());
            listener.accept(instance.spec().callbackId(), how);
        }
    }

    @Override
    public void stop(String id, Duration drain) {
        var instance = instances.remove(id);
        if (instance != null) {
            instance.stop(drain);
            directories.remove(instance.directory());
            if (instance.wasReady()) {
                say(instance.spec(), "instance " + id + " stopped");
            }
        }
    }

    @Override
    public List<RunningInstance> instances() {
        return instances.values().stream()
                .filter(ProcessInstance::wasReady)
                .map(ProcessInstance::running)
                .toList();
    }

    @Override
    public void clean() {
        directories.clean(instances.keySet());
    }

    /** Looks after what instances use; called every second. */
    void watch() {
        for (var instance : instances.values()) {
            try {
                instance.watch();
            } catch (RuntimeException e) {
                log.warn(
                        "Instance cannot be watched: instance={} reason={}",
                        instance.id(),
                        e.toString());
            }
        }
    }

    private void say(InstanceSpec spec, String message) {
        runLog.write(spec.callbackId(), new RunLog.Line(Instant.now(), null, "platform", message));
    }
}
