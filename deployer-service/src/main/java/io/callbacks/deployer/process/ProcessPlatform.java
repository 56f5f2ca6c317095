package io.callbacks.deployer.process;

import io.callbacks.blob.MissingBlobException;
import io.callbacks.deployer.instance.FirstLine;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.deployer.rollout.Platform;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.deployer.rollout.RunningInstance;
import io.callbacks.event.Failure;
import io.callbacks.process.Interpreter;
import io.callbacks.process.Interpreters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
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
    private @Nullable EndListener listener;

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
    public void onEnd(EndListener listener) {
        this.listener = listener;
    }

    @Override
    public StartResult start(InstanceSpec spec) {
        var interpreter = interpreters.find(spec.type());
        return interpreter.isEmpty()
                ? new StartResult.Failed(runtimeMissing(spec.type()))
                : start(interpreter.get(), spec);
    }

    private StartResult start(Interpreter interpreter, InstanceSpec spec) {
        try {
            var instance = launch(interpreter, spec);
            var longest = Duration.ofSeconds(spec.limits().startupTimeoutSeconds() + 5L);
            var result = instance.awaitReady(longest);
            if (result instanceof StartResult.Started) {
                say(spec, "instance " + spec.id() + " started, revision " + spec.revision());
            } else {
                stop(spec.id(), Duration.ZERO);
            }
            return result;
        } catch (MissingBlobException e) {
            directories.remove(directories.of(spec.id()));
            return new StartResult.Failed(layerMissing(e));
        } catch (IOException | UncheckedIOException e) {
            directories.remove(directories.of(spec.id()));
            throw new PlatformException("cannot start instance " + spec.id(), e);
        }
    }

    private ProcessInstance launch(Interpreter interpreter, InstanceSpec spec) throws IOException {
        var directory = directories.make(spec);
        var process = commands.start(interpreter, spec, directory);
        directories.writePid(directory, process);
        var instance = new ProcessInstance(spec, process, directory, runLog);
        instances.put(spec.id(), instance);
        instance.onExit(() -> ended(instance));
        instance.tell(FirstLine.of(spec));
        return instance;
    }

    private static Failure runtimeMissing(String type) {
        return new Failure(
                "runtime-missing",
                null,
                "Nothing here runs '" + type + "' any more.",
                "Install it again, or choose a type that GET /targets lists.",
                null);
    }

    private static Failure layerMissing(MissingBlobException missing) {
        return new Failure(
                "layer-missing",
                null,
                "What was built is not there any more: " + missing.getMessage() + ".",
                "Change code or library, if only by a comment, so that it is built again.",
                null);
    }

    /** Of one that is being stopped the rest is done there. */
    private void ended(ProcessInstance instance) {
        if (!instances.remove(instance.id(), instance)) {
            return;
        }
        instance.kill();
        directories.remove(instance.directory());
        if (instance.wasReady()) {
            var how = instance.howItEnded();
            say(instance.spec(), "instance " + instance.id() + ": " + how.message());
            Objects.requireNonNull(listener).ended(instance.spec().callbackId(), how);
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
    public void begin(List<RunningInstance> kept) {
        directories.clean(instances.keySet());
    }

    /** They were stopped, one by one. */
    @Override
    public void end() {}

    @Override
    public boolean livesOn() {
        return false;
    }

    /** Looks after what instances use; called every second. */
    void watch() {
        if (instances.isEmpty()) {
            return;
        }
        var table = ProcessTable.read();
        for (var instance : instances.values()) {
            try {
                instance.watch(table);
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
