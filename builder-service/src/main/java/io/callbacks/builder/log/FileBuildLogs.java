package io.callbacks.builder.log;

import io.callbacks.blob.TreeFiles;
import io.callbacks.builder.build.BuildJob;
import io.callbacks.builder.build.BuildLogs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file for each build: {@code <callback>/<revision>-<platform>.log}. */
final class FileBuildLogs implements BuildLogs {
    private static final Logger log = LoggerFactory.getLogger(FileBuildLogs.class);
    private static final Pattern NAME = Pattern.compile("\\d{1,9}-[a-z]+\\.log");

    private final Path directory;
    private final long longest;
    private final int kept;
    private final Map<Path, FileBuildLog> open = new ConcurrentHashMap<>();

    FileBuildLogs(Path directory, long longest, int kept) {
        this.directory = directory;
        this.longest = longest;
        this.kept = kept;
    }

    @Override
    public Open open(BuildJob job) {
        var file = file(job);
        try {
            Files.createDirectories(directoryOf(job.callbackId()));
            var opened = new FileBuildLog(file, longest, () -> open.remove(file));
            open.put(file, opened);
            dropOld(directoryOf(job.callbackId()), file);
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the build log " + file, e);
        }
    }

    private void dropOld(Path logs, Path fresh) throws IOException {
        try (var files = Files.list(logs)) {
            var old =
                    files.filter(file -> !file.equals(fresh))
                            .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
                            .sorted(Comparator.comparingInt(FileBuildLogs::revision).reversed())
                            .skip(kept - 1L)
                            .toList();
            for (var file : old) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static int revision(Path file) {
        return Integer.parseInt(file.getFileName().toString().replaceFirst("-.*", ""));
    }

    @Override
    public void remove(long callbackId) {
        try {
            TreeFiles.delete(directoryOf(callbackId));
        } catch (IOException | UncheckedIOException e) {
            log.warn("Build logs are left behind: callback={} reason={}", callbackId, e.toString());
        }
    }

    /** The file of a build that has begun at some time and whose log is still kept. */
    Optional<Path> find(BuildJob job) {
        var file = file(job);
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    /** When something was written to a build's log; long ago if there is none. */
    FileTime lastWritten(BuildJob job) {
        try {
            return Files.getLastModifiedTime(file(job));
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    /** Whether somebody writes to it. */
    boolean isOpen(Path file) {
        return open.containsKey(file);
    }

    private Path file(BuildJob job) {
        return directoryOf(job.callbackId())
                .resolve(job.source().revision() + "-" + job.platform() + ".log");
    }

    private Path directoryOf(long callbackId) {
        return directory.resolve(Long.toString(callbackId));
    }
}
