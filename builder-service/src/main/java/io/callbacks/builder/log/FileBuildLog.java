package io.callbacks.builder.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.builder.build.BuildJob;
import io.callbacks.builder.build.BuildLogs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A build log that grows line by line. Of an install that prints more than it may, the beginning
 * and the end are kept. A log that cannot be written is no reason not to build: the rest of it is
 * lost.
 */
final class FileBuildLog implements BuildLogs.Open {
    private static final Logger log = LoggerFactory.getLogger(FileBuildLog.class);

    private final Path path;
    private final OutputStream file;
    private final Runnable closed;
    private final long longest;
    private long printed;
    private final Deque<byte[]> tail = new ArrayDeque<>();
    private long tailLength;
    private long dropped;
    private boolean broken;

    FileBuildLog(Path path, long longest, Runnable closed) throws IOException {
        this.path = path;
        this.file = Files.newOutputStream(path);
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
        var text = ("    " + line + "\n").getBytes(UTF_8);
        if (printed + text.length <= longest / 2) {
            printed += text.length;
            write(text);
            return;
        }
        printed = longest; // from here on only the end is kept
        tail.addLast(text);
        tailLength += text.length;
        while (tailLength > longest / 2) {
            tailLength -= tail.removeFirst().length;
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
        var text = Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line + "\n";
        write(text.getBytes(UTF_8));
    }

    private void writeTail() {
        if (dropped > 0) {
            write(("    … " + dropped + " lines are left out here …\n").getBytes(UTF_8));
        }
        tail.forEach(this::write);
        tail.clear();
        tailLength = 0;
        dropped = 0;
    }

    private void write(byte[] text) {
        if (broken) {
            return;
        }
        try {
            file.write(text);
        } catch (IOException e) {
            broken = true;
            log.warn("The rest of a build log is lost: file={} reason={}", path, e.toString());
        }
    }

    @Override
    public synchronized void close() {
        writeTail();
        try {
            file.close();
        } catch (IOException e) {
            log.warn("A build log may be incomplete: file={} reason={}", path, e.toString());
        } finally {
            closed.run();
        }
    }
}
