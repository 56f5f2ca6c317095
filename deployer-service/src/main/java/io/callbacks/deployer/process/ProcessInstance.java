package io.callbacks.deployer.process;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One instance: its process, what it says, what it uses. */
final class ProcessInstance {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int TAIL = 20;

    private static final int MOST_PROCESSES = 256;

    private final InstanceSpec spec;
    private final Process process;
    private final Path directory;
    private final RunLog runLog;
    private final CompletableFuture<StartResult> ready = new CompletableFuture<>();
    private final Deque<String> tail = new ArrayDeque<>();
    private volatile @Nullable RunningInstance running;
    private volatile @Nullable String killedFor;

    ProcessInstance(InstanceSpec spec, Process process, Path directory, RunLog runLog) {
        this.spec = spec;
        this.process = process;
        this.directory = directory;
        this.runLog = runLog;
        read("stdout", process.getInputStream());
        read("stderr", process.getErrorStream());
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
        return running != null;
    }

    RunningInstance running() {
        return Objects.requireNonNull(running, spec.id());
    }

    void onExit(Runnable then) {
        process.onExit().thenRun(then);
    }

    StartResult awaitReady(Duration longest) {
        process.onExit().thenRun(this::endedBeforeReady);
        try {
            return ready.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new StartResult.Failed(
                    StartFailures.of(
                            "StartupTimeout",
                            null,
                            "The instance was not ready within " + longest.toSeconds() + " s.",
                            tail()));
        } catch (ExecutionException e) {
            throw new IllegalStateException("never completed with an error", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting " + spec.id(), e);
        }
    }

    /** What its last line said may still be on its way: the reader has a moment for that. */
    private void endedBeforeReady() {
        CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS)
                .execute(
                        () ->
                                ready.complete(
                                        new StartResult.Failed(
                                                StartFailures.of(
                                                        "InstanceEnded",
                                                        null,
                                                        "The instance ended before it was ready: "
                                                                + exit()
                                                                + ".",
                                                        tail()))));
    }

    // --- what it says

    private void read(String stream, InputStream from) {
        Thread.ofVirtual()
                .name("instance-" + spec.id() + "-" + stream)
                .start(
                        () -> {
                            try (var lines =
                                    new BufferedReader(new InputStreamReader(from, UTF_8))) {
                                for (var line = lines.readLine();
                                        line != null;
                                        line = lines.readLine()) {
                                    if (stream.equals("stdout")) {
                                        take(line);
                                    } else {
                                        write(
                                                new RunLog.Line(
                                                        Instant.now(), null, "platform", line));
                                    }
                                }
                            } catch (IOException e) {
                                write(
                                        new RunLog.Line(
                                                Instant.now(),
                                                null,
                                                "platform",
                                                "the rest of the log is lost: " + e.getMessage()));
                            }
                        });
    }

    private void take(String line) {
        try {
            var json = JSON.readTree(line);
            switch (json.path("event").asString("")) {
                case "" -> write(logLine(json));
                case "listening" -> {
                    var url = URI.create("http://127.0.0.1:" + json.path("port").asInt());
                    var now = new RunningInstance(spec.id(), spec.callbackId(), url, spec.token());
                    running = now;
                    ready.complete(new StartResult.Started(now));
                }
                case "load-failed" -> ready.complete(new StartResult.Failed(failure(json)));
                default -> write(new RunLog.Line(Instant.now(), null, "platform", json.toString()));
            }
        } catch (JacksonException e) {
            write(new RunLog.Line(Instant.now(), null, "stdout", line));
        }
    }

    private static Failure failure(JsonNode json) {
        var packageName = json.path("package");
        return StartFailures.of(
                json.path("class").asString("Error"),
                packageName.isString() ? packageName.stringValue() : null,
                json.path("message").asString(""),
                json.path("log_tail").asString(""));
    }

    private static RunLog.Line logLine(JsonNode json) {
        var request = json.path("request_id");
        Instant time;
        try {
            time = Instant.parse(json.path("time").asString(""));
        } catch (DateTimeParseException e) {
            time = Instant.now();
        }
        return new RunLog.Line(
                time,
                request.isString() ? request.stringValue() : null,
                json.path("stream").asString("stdout"),
                json.path("message").asString(""));
    }

    private void write(RunLog.Line line) {
        synchronized (tail) {
            tail.addLast(line.message());
            if (tail.size() > TAIL) {
                tail.removeFirst();
            }
        }
        runLog.write(spec.callbackId(), line);
    }

    private String tail() {
        synchronized (tail) {
            return String.join("\n", tail);
        }
    }

    // --- how it ends

    Failure howItEnded() {
        var why = killedFor;
        return StartFailures.ended(why == null ? exit() : why, tail());
    }

    private String exit() {
        var code = process.isAlive() ? 0 : process.exitValue();
        return code > 128 ? "killed by signal " + (code - 128) : "exit code " + code;
    }

    /** Asks it to end, waits, then ends it with all that it started. */
    void stop(Duration drain) {
        var all = process.descendants().toList();
        if (drain.isPositive()) {
            process.destroy();
            try {
                var _ = process.waitFor(drain.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        ProcessTree.kill(process.toHandle());
        all.forEach(ProcessTree::kill);
    }

    // --- what it uses

    /** Ends the greediest worker of an instance that uses more than it may. */
    void watch() {
        var workers = process.descendants().toList();
        if (workers.size() > MOST_PROCESSES) {
            killedFor = "it had more than " + MOST_PROCESSES + " processes";
            write(new RunLog.Line(Instant.now(), null, "platform", "killed: " + killedFor));
            ProcessTree.kill(process.toHandle());
            workers.forEach(ProcessTree::kill);
            return;
        }
        var limit = spec.limits().memoryMb() * 1024L;
        workers.stream()
                .max(Comparator.comparingLong(w -> ProcFiles.residentKib(w.pid())))
                .filter(w -> ProcFiles.residentKib(w.pid()) > limit)
                .ifPresent(this::killWorker);
    }

    private void killWorker(ProcessHandle worker) {
        write(
                new RunLog.Line(
                        Instant.now(),
                        null,
                        "platform",
                        "a worker was killed: it used more than memory_mb = "
                                + spec.limits().memoryMb()));
        ProcessTree.kill(worker);
    }
}
