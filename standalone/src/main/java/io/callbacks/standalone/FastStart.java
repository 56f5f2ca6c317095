package io.callbacks.standalone;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Makes the later starts of a build quicker. A {@link Rehearsal} runs in a JVM of its own, at the
 * lowest priority, and what the JVM learned there about classes and methods is kept in a cache.
 */
final class FastStart implements AutoCloseable {
    private static final int SECONDS_OF_PEACE = 20;

    private final Path cache;
    private @Nullable Process rehearsal;
    private boolean closed;

    private FastStart(Path cache) {
        this.cache = cache;
    }

    /** Makes the cache and returns when it is there. */
    static void now(Path cache) {
        try {
            new FastStart(cache).prepare();
        } catch (IOException e) {
            throw new StartFailure("cannot prepare quick starts: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted", e);
        }
    }

    /** Makes the cache in the background, some time after the start. */
    static FastStart later(Path cache) {
        var fastStart = new FastStart(cache);
        Thread.ofPlatform().daemon().name("fast-start").start(fastStart::prepareInPeace);
        return fastStart;
    }

    /** Gives up a rehearsal that still runs; the next start tries again. */
    @Override
    public synchronized void close() {
        closed = true;
        if (rehearsal != null) {
            rehearsal.descendants().forEach(ProcessHandle::destroyForcibly);
            rehearsal.destroyForcibly();
        }
    }

    private void prepareInPeace() {
        Logger log = LoggerFactory.getLogger(FastStart.class);
        try {
            TimeUnit.SECONDS.sleep(SECONDS_OF_PEACE);
            prepare();
            log.info("Made later starts quicker: cache={}", cache);
        } catch (IOException e) {
            log.info("Later starts stay as quick as this one", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void prepare() throws IOException, InterruptedException {
        var scratch = Files.createTempDirectory("callbacks-rehearsal-");
        try {
            var fresh = scratch.resolve("cache");
            var log = cache.resolveSibling("rehearsal.log");
            var code = start(command(scratch.resolve("data"), fresh), log).waitFor();
            if (code != 0 || Files.notExists(fresh)) {
                throw new IOException("the rehearsal ended with %d, see %s".formatted(code, log));
            }
            publish(fresh);
        } finally {
            FileSystemUtils.deleteRecursively(scratch);
        }
    }

    /** Never there half: other starts may be looking. */
    private void publish(Path fresh) throws IOException {
        var beside = cache.resolveSibling(cache.getFileName() + ".new");
        Files.copy(fresh, beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, cache, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Its standard input ends when this JVM does, and then so does it. */
    private synchronized Process start(List<String> command, Path log) throws IOException {
        if (closed) {
            throw new IOException("stopped before the rehearsal");
        }
        rehearsal =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        return rehearsal;
    }

    /** This very JVM again: a cache is good for the same class path and options alone. */
    private static List<String> command(Path data, Path fresh) {
        var command = new ArrayList<>(List.of("nice", "-n", "19"));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-Dcallbacks."))
                .forEach(command::add);
        command.add("-XX:AOTCacheOutput=" + fresh);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Standalone.class.getName());
        command.addAll(List.of("--rehearsal", "--port", "0", "--kafka-port", "0"));
        command.addAll(List.of("--data", data.toString()));
        return command;
    }
}
