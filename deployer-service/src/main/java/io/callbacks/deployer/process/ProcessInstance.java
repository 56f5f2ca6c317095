package io.callbacks.deployer.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.deployer.instance.Front;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.deployer.rollout.Platform.StartResult;
import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.deployer.rollout.RunningInstance;
import io.callbacks.deployer.rollout.StartFailures;
import io.callbacks.event.Failure;
import io.callbacks.process.ProcessTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One instance: its process, what it says, what it uses. */
final class ProcessInstance {
    private static final int MOST_PROCESSES = 256;
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final InstanceSpec spec;
    private final Process process;
    private final Path directory;
    private final Front front;
    private final Thread output;
    private volatile @Nullable String killedFor;

    ProcessInstance(InstanceSpec spec, Process process, Path directory, RunLog runLog) {
        this.spec = spec;
        this.process = process;
        this.directory = directory;
        this.front = new Front(spec.id(), spec.callbackId(), runLog);
        output = read("stdout", process.getInputStream(), front::hear);
        read("stderr", process.getErrorStream(), front::note);
        process.onExit().thenRunAsync(this::endedBeforeReady, Thread::startVirtualThread);
    }

    String id() {
        return spec.id();
    }

    InstanceSpec spec() {
        return spec;
    }

    Path directory() {
        return directory;
    }

    boolean wasReady() {
        return front.isReady();
    }

    RunningInstance running() {
        var url = URI.create("http://127.0.0.1:" + front.port());
        return new RunningInstance(spec.id(), spec.callbackId(), url, spec.token());
    }

    void onExit(Runnable then) {
        process.onExit().thenRunAsync(then, Thread::startVirtualThread);
    }

    // --- how it begins

    /** Hands over env and token. An instance that does not take them does not get ready either. */
    void tell(String configuration) {
        Thread.ofPlatform()
                .daemon()
                .name("instance-" + spec.id() + "-stdin")
                .start(
                        () -> {
                            try {
                                var input = process.getOutputStream();
                                input.write(configuration.getBytes(UTF_8));
                                input.flush();
                            } catch (IOException e) {
                                front.note("did not take its configuration: " + e.getMessage());
                            }
                        });
    }

    StartResult awaitReady(Duration longest) {
        return front.awaitReady(longest)
                .<StartResult>map(StartResult.Failed::new)
                .orElseGet(() -> new StartResult.Started(running()));
    }

    /** What it said last is read first: it may be the reason. */
    private void endedBeforeReady() {
        awaitLastWords();
        front.ended(exit());
    }

    private void awaitLastWords() {
        try {
            output.join(LAST_WORDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // --- what it says

    /** A pipe is read by a thread of the system: a virtual one would hold on to its carrier. */
    private Thread read(String stream, InputStream from, Consumer<String> line) {
        return Thread.ofPlatform()
                .daemon()
                .name("instance-" + spec.id() + "-" + stream)
                .start(
                        () -> {
                            try (var lines =
                                    new BufferedReader(new InputStreamReader(from, UTF_8))) {
                                lines.lines().forEach(line);
                            } catch (IOException | RuntimeException e) {
                                front.note("the rest of " + stream + " is lost: " + e.getMessage());
                            }
                        });
    }

    // --- how it ends

    Failure howItEnded() {
        awaitLastWords();
        var why = killedFor;
        return StartFailures.ended(why == null ? exit() : why, front.tail());
    }

    private String exit() {
        var code = process.isAlive() ? 0 : process.exitValue();
        return code > 128 ? "killed by signal " + (code - 128) : "exit code " + code;
    }

    /**
     * Asks it to end, waits, then ends it with all that it started. It is asked by its handle:
     * {@link Process#destroy} would close its standard input too, which leaves it little time.
     */
    void stop(Duration drain) {
        if (drain.isPositive() && process.toHandle().destroy()) {
            try {
                var _ = process.waitFor(drain.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        kill();
    }

    /** Ends it and whatever it started, also what has another parent by now. */
    void kill() {
        ProcessTree.kill(process.toHandle());
        ProcessTable.killAllAtHomeIn(directory.resolve("work"));
    }

    // --- what it uses

    /** Ends the greediest worker of an instance that uses more than it may. */
    void watch(ProcessTable table) {
        var workers = table.below(process.pid());
        if (workers.size() > MOST_PROCESSES) {
            killedFor = "it had more than " + MOST_PROCESSES + " processes";
            kill();
            return;
        }
        var limit = spec.limits().memoryMb() * 1024L;
        workers.stream()
                .max(Comparator.comparingLong(ProcessTable.Entry::residentKib))
                .filter(worker -> worker.residentKib() > limit)
                .flatMap(worker -> ProcessHandle.of(worker.pid()))
                .ifPresent(this::killWorker);
    }

    private void killWorker(ProcessHandle worker) {
        front.note(
                "a worker was killed: it used more than memory_mb = " + spec.limits().memoryMb());
        ProcessTree.kill(worker);
    }
}
