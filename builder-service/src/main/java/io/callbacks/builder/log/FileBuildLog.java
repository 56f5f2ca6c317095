package io.callbacks.builder.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.builder.build.BuildJob;
import io.callbacks.builder.build.BuildLogs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * A build log that grows line by line. Of an install that prints more than it may, the beginning
 * and the end are kept.
 */
final class FileBuildLog implements BuildLogs.Open {
    private final Writer writer;
    private final Runnable closed;
    private final long longest;
    private long written;
    private final Deque<String> tail = new ArrayDeque<>();
    private long tailLength;
    private long dropped;

    FileBuildLog(Path file, long longest, Runnable closed) throws IOException {
        this.writer = Files.newBufferedWriter(file);
        this.longest = longest;
        this.closed = closed;
    }

    @Override
    public void started(BuildJob job) {
        tell(
                "building revision %d (%s) for %s"
                        .formatted(job.source().revision(), job.source().type(), job.platform()));
    }

    @Override
    public void reused() {
        tell("dependencies are installed already");
    }

    @Override
    public void waiting() {
        tell("waiting for the same dependencies, which are being installed");
    }

    @Override
    public void installing(String program) {
        tell("installing dependencies by " + program);
    }

    @Override
    public synchronized void output(String line) {
        var text = "    " + line;
        if (written + text.length() < longest / 2) {
            write(text);
            return;
        }
        tail.addLast(text);
        tailLength += text.length();
        while (tailLength > longest / 2) {
            tailLength -= tail.removeFirst().length();
            dropped++;
        }
    }

    @Override
    public void ended(BuildJob.Result result) {
        var failure = result.failure();
        if (failure == null) {
            tell(String.format(Locale.ROOT, "built in %.2f s", result.seconds()));
        } else {
            tell("failed (" + failure.kind() + "): " + failure.message());
            if (failure.hint() != null) {
                tell("hint: " + failure.hint());
            }
        }
    }

    @Override
    public void failed(String reason) {
        tell(reason);
    }

    private synchronized void tell(String line) {
        writeTail();
        write(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line);
    }

    private void writeTail() {
        if (dropped > 0) {
            write("    … " + dropped + " lines are left out here …");
        }
        tail.forEach(this::write);
        tail.clear();
        tailLength = 0;
        dropped = 0;
    }

    private void write(String line) {
        try {
            writer.write(line + "\n");
            writer.flush();
            written += line.getBytes(UTF_8).length + 1;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a build log", e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            writeTail();
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a build log", e);
        } finally {
            closed.run();
        }
    }
}
