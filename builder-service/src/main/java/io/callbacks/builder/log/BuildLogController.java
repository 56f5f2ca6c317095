package io.callbacks.builder.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.builder.build.BuildJob;
import io.callbacks.builder.build.JobRepository;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/** Shows build logs: as a text, or line by line while the build goes on. */
@RestController
final class BuildLogController {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration UNDER_WAY = Duration.ofSeconds(2);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final JobRepository jobs;
    private final FileBuildLogs logs;

    BuildLogController(JobRepository jobs, FileBuildLogs logs) {
        this.jobs = jobs;
        this.logs = logs;
    }

    @GetMapping("/callbacks/{id}/build-log")
    ResponseEntity<Object> log(
            @PathVariable long id,
            @RequestParam @Nullable Integer revision,
            @RequestParam(defaultValue = "false") boolean follow,
            @RequestHeader(name = "Accept", defaultValue = "*/*") String accept,
            @RequestHeader(name = "Last-Event-ID", defaultValue = "0") String lastEvent) {
        var job = job(id, revision);
        if (follow || accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE)) {
            var from = lastEvent.matches("\\d{1,15}") ? Long.parseLong(lastEvent) : 0;
            return ResponseEntity.ok()
                    .contentType(MediaType.TEXT_EVENT_STREAM)
                    .body(follow(job, from));
        }
        var text = job.flatMap(logs::find).map(BuildLogController::text).orElse("");
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_PLAIN, UTF_8))
                .body(text);
    }

    /** Waits a little for what is not known: the event that tells of it may be under way. */
    private Optional<BuildJob> job(long id, @Nullable Integer revision) {
        var deadline = System.nanoTime() + UNDER_WAY.toNanos();
        while (true) {
            var known = jobs.exists(id);
            var job = known ? newest(id, revision) : Optional.<BuildJob>empty();
            if (job.isPresent() || known && revision == null) {
                return job;
            }
            if (System.nanoTime() - deadline >= 0) {
                throw known
                        ? new UnknownLogException(
                                "unknown-revision",
                                "Callback %d has no build of revision %d.".formatted(id, revision))
                        : new UnknownLogException(
                                "unknown-callback", "There is no callback " + id + ".");
            }
            pause();
        }
    }

    /** Of several platforms the one that was built for last. */
    private Optional<BuildJob> newest(long id, @Nullable Integer revision) {
        var found = jobs.of(id);
        var wanted =
                revision == null
                        ? found.stream().mapToInt(j -> j.source().revision()).max().orElse(0)
                        : revision;
        return found.stream()
                .filter(j -> j.source().revision() == wanted)
                .max(Comparator.comparing(BuildJob::isUnfinished).thenComparing(logs::lastWritten));
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a build", e);
        }
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (NoSuchFileException e) {
            return ""; // dropped in between
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the build log " + file, e);
        }
    }

    /** Each line is an event, its id the place behind it; the last event is {@code end}. */
    private Flux<ServerSentEvent<String>> follow(Optional<BuildJob> job, long from) {
        return Flux.create(
                sink ->
                        Thread.ofVirtual()
                                .name("build-log-stream")
                                .start(() -> follow(job, from, sink)));
    }

    private void follow(Optional<BuildJob> job, long from, FluxSink<ServerSentEvent<String>> sink) {
        var place = new AtomicLong(from);
        var quietSince = System.nanoTime();
        try {
            while (!sink.isCancelled()) {
                var file = job.flatMap(logs::find);
                var goesOn =
                        file.map(logs::isOpen).orElse(false)
                                || job.map(j -> jobs.isUnfinished(j.id())).orElse(false);
                if (file.isPresent() && send(file.get(), place, sink)) {
                    quietSince = System.nanoTime();
                }
                if (!goesOn) {
                    sink.next(ServerSentEvent.<String>builder("").event("end").build());
                    sink.complete();
                    return;
                }
                if (System.nanoTime() - quietSince > HEARTBEAT.toNanos()) {
                    sink.next(ServerSentEvent.<String>builder().comment("still there").build());
                    quietSince = System.nanoTime();
                }
                Thread.sleep(LOOK_AGAIN);
            }
        } catch (IOException | RuntimeException e) {
            sink.error(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends the whole lines behind a place; whether there were any. */
    private static boolean send(Path path, AtomicLong place, FluxSink<ServerSentEvent<String>> sink)
            throws IOException {
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            if (place.get() > file.length()) {
                place.set(0); // it was begun anew
            }
            file.seek(place.get());
            var fresh = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(fresh);
            int begin = 0;
            for (int i = 0; i < fresh.length; i++) {
                if (fresh[i] == '\n') {
                    var line = new String(fresh, begin, i - begin, UTF_8);
                    begin = i + 1;
                    sink.next(
                            ServerSentEvent.builder(line)
                                    .id(Long.toString(place.get() + begin))
                                    .build());
                }
            }
            place.addAndGet(begin);
            return begin > 0;
        } catch (FileNotFoundException e) {
            return false; // dropped in between
        }
    }
}
