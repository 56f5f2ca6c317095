package io.callbacks.registry.callback;

import io.callbacks.registry.status.Signals;
import java.time.Duration;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/** Streams each change of a callback's state as it happens. */
@RestController
final class StatusStreamController {
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final Callbacks callbacks;
    private final Signals signals;

    StatusStreamController(Callbacks callbacks, Signals signals) {
        this.callbacks = callbacks;
        this.signals = signals;
    }

    /** Begins with the present state; ends when the callback is deleted. */
    @GetMapping(path = "/callbacks/{id}/events", produces = "text/event-stream")
    Flux<ServerSentEvent<Object>> events(@PathVariable long id) {
        return Flux.create(
                sink ->
                        Thread.ofVirtual()
                                .name("status-stream-" + id)
                                .start(() -> follow(id, sink)));
    }

    private void follow(long id, FluxSink<ServerSentEvent<Object>> sink) {
        var begun = false;
        try {
            var shown = view(id);
            sink.next(event(shown));
            begun = true;
            while (!sink.isCancelled()) {
                var before = shown;
                var changed =
                        signals.await(
                                id,
                                () -> sink.isCancelled() || !view(id).equals(before),
                                HEARTBEAT);
                shown = changed ? view(id) : shown;
                sink.next(
                        changed
                                ? event(shown)
                                : ServerSentEvent.builder().comment("still there").build());
            }
        } catch (RegistryException.UnknownCallback e) {
            if (begun) { // deleted in the meantime
                sink.complete();
            } else {
                sink.error(e);
            }
        } catch (RuntimeException e) {
            sink.error(e);
        }
    }

    private CallbackView view(long id) {
        var callback = callbacks.read(id);
        return CallbackView.of(callback, callbacks.seen(callback), null);
    }

    private static ServerSentEvent<Object> event(CallbackView view) {
        return ServerSentEvent.<Object>builder(view)
                .event("status")
                .id(Long.toString(view.version()))
                .build();
    }
}
