package io.callbacks.deployer.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.TreeFiles;
import io.callbacks.deployer.rollout.RunLog;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Run logs as files of JSON lines, two for each callback: the older one is dropped when the newer
 * one is full. A reader that is too slow loses lines and is told so.
 */
final class FileRunLog implements RunLog {
    private static final Logger log = LoggerFactory.getLogger(FileRunLog.class);
    private static final int LONGEST_QUEUE = 10_000;

    private final Path directory;
    private final long longest;
    private final Map<Long, Open> open = new ConcurrentHashMap<>();
    private final Map<Long, Set<BlockingQueue<Line>>> followers = new ConcurrentHashMap<>();

    FileRunLog(Path directory, long longest) {
        this.directory = directory;
        this.longest = longest / 2;
    }

    @Override
    public void write(long callbackId, Line line) {
        open.computeIfAbsent(callbackId, Open::new).write(line);
        for (var follower : followers.getOrDefault(callbackId, Set.of())) {
            if (!follower.offer(line)) {
                follower.clear();
                follower.add(
                        new Line(
                                line.time(),
                                null,
                                "platform",
                                "(lines were left out here: this reader is too slow)"));
            }
        }
    }

    @Override
    public Optional<Instant> last(long callbackId) {
        return read(callbackId, line -> !line.stream().equals("platform")).stream()
                .map(Line::time)
                .max(Comparator.naturalOrder());
    }

    @Override
    public void remove(long callbackId) {
        var closing = open.remove(callbackId);
        if (closing != null) {
            closing.close();
        }
        try {
            TreeFiles.delete(directoryOf(callbackId));
        } catch (IOException e) {
            log.warn("Run log is left behind: callback={} reason={}", callbackId, e.toString());
        }
    }

    /** The lines kept that are wanted, oldest first. */
    List<Line> read(long callbackId, Predicate<Line> wanted) {
        var lines = new ArrayList<Line>();
        for (var name : List.of("older.jsonl", "newer.jsonl")) {
            var file = directoryOf(callbackId).resolve(name);
            if (Files.exists(file)) {
                try (var found = Files.lines(file, UTF_8)) {
                    found.map(LogLines::parse).filter(wanted).forEach(lines::add);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read the run log " + file, e);
                }
            }
        }
        return lines;
    }

    /** A queue that gets every line from now on, until it is given back. */
    BlockingQueue<Line> follow(long callbackId) {
        var queue = new LinkedBlockingQueue<Line>(LONGEST_QUEUE);
        followers.computeIfAbsent(callbackId, _ -> ConcurrentHashMap.newKeySet()).add(queue);
        return queue;
    }

    void unfollow(long callbackId, BlockingQueue<Line> queue) {
        followers.getOrDefault(callbackId, Set.of()).remove(queue);
    }

    private Path directoryOf(long callbackId) {
        return directory.resolve(Long.toString(callbackId));
    }

    /** The file that is written to. */
    private final class Open {
        private final Path newer;
        private final Path older;
        private BufferedWriter writer;
        private long written;

        Open(long callbackId) {
            newer = directoryOf(callbackId).resolve("newer.jsonl");
            older = directoryOf(callbackId).resolve("older.jsonl");
            try {
                Files.createDirectories(directoryOf(callbackId));
                writer =
                        Files.newBufferedWriter(
                                newer, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                written = Files.size(newer);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot open the run log " + newer, e);
            }
        }

        synchronized void write(Line line) {
            try {
                if (written > longest) {
                    turnOver();
                }
                var text = LogLines.format(line);
                writer.write(text);
                writer.write('\n');
                writer.flush();
                written += text.length() + 1;
            } catch (IOException e) {
                log.warn("A line of the run log is lost: file={} reason={}", newer, e.toString());
            }
        }

        private void turnOver() throws IOException {
            writer.close();
            Files.move(newer, older, StandardCopyOption.REPLACE_EXISTING);
            writer =
                    Files.newBufferedWriter(
                            newer, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            written = 0;
        }

        synchronized void close() {
            try {
                writer.close();
            } catch (IOException e) {
                log.warn("Lines of the run log are lost: file={} reason={}", newer, e.toString());
            }
        }
    }
}
