package io.callbacks.deployer.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.deployer.rollout.DeploymentRepository;
import io.callbacks.deployer.rollout.RunLog.Line;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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

/** Shows what functions wrote: as a text, or line by line as they write it. */
@RestController
final class RunLogController {
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int SHOWN_FIRST = 100;

    private final DeploymentRepository repository;
    private final FileRunLog logs;

    RunLogController(DeploymentRepository repository, FileRunLog logs) {
        this.repository = repository;
        this.logs = logs;
    }

    @GetMapping("/callbacks/{id}/logs")
    ResponseEntity<Object> log(
            @PathVariable long id,
            @RequestParam(name = "request_id") @Nullable String requestId,
            @RequestParam(defaultValue = "false") boolean follow,
            @RequestParam @Nullable Integer tail,
            @RequestHeader(name = "Accept", defaultValue = "*/*") String accept) {
        if (!repository.exists(id)) {
            throw new UnknownCallbackException(id);
        }
        Predicate<Line> wanted = line -> requestId == null || requestId.equals(line.requestId());
        if (follow || accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE)) {
            return ResponseEntity.ok()
                    .contentType(MediaType.TEXT_EVENT_STREAM)
                    .body(follow(id, wanted));
        }
        var lines = logs.read(id, wanted);
        var from = tail == null ? 0 : Math.max(0, lines.size() - Math.max(0, tail));
        var text =
                lines.subList(from, lines.size()).stream()
                        .map(l -> LogLines.show(l) + "\n")
                        .collect(Collectors.joining());
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_PLAIN, UTF_8))
                .body(text);
    }

    /** The last lines, then each one as it comes. */
    private Flux<ServerSentEvent<String>> follow(long id, Predicate<Line> wanted) {
        return Flux.create(
                sink ->
                        Thread.ofVirtual()
                                .name("run-log-stream-" + id)
                                .start(() -> follow(id, wanted, sink)));
    }

    private void follow(long id, Predicate<Line> wanted, FluxSink<ServerSentEvent<String>> sink) {
        var queue = logs.follow(id);
        try {
            var lines = logs.read(id, wanted);
            lines.subList(Math.max(0, lines.size() - SHOWN_FIRST), lines.size())
                    .forEach(l -> sink.next(event(l)));
            while (!sink.isCancelled()) {
                var line = queue.poll(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
                if (line == null) {
                    sink.next(ServerSentEvent.<String>builder().comment("still there").build());
                    if (!repository.exists(id)) {
                        sink.complete();
                    }
                } else if (wanted.test(line)) {
                    sink.next(event(line));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            sink.error(e);
        } finally {
            logs.unfollow(id, queue);
        }
    }

    private static ServerSentEvent<String> event(Line line) {
        return ServerSentEvent.builder(LogLines.show(line)).event("line").build();
    }
}
