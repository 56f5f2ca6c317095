package io.callbacks.registry.callback;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.callbacks.registry.callback.Callbacks.Changed;
import io.callbacks.registry.status.Seen;
import io.callbacks.registry.status.SeenRepository;
import io.callbacks.registry.status.Target;
import io.callbacks.registry.status.Targets;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The management API of callbacks. */
@RestController
final class CallbackController {
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";

    private final Callbacks callbacks;
    private final CallbackRepository repository;
    private final SeenRepository seen;
    private final Liveness liveness;
    private final Targets targets;
    private final RegistryProperties properties;

    CallbackController(
            Callbacks callbacks,
            CallbackRepository repository,
            SeenRepository seen,
            Liveness liveness,
            Targets targets,
            RegistryProperties properties) {
        this.callbacks = callbacks;
        this.repository = repository;
        this.seen = seen;
        this.liveness = liveness;
        this.targets = targets;
        this.properties = properties;
    }

    @PostMapping(path = "/callbacks", consumes = JSON)
    ResponseEntity<CallbackView> create(
            @RequestBody JsonNode request,
            @RequestHeader(name = "Prefer", required = false) @Nullable List<String> prefer) {
        var wish = prefer(prefer);
        var callback = callbacks.create(request);
        liveness.await(Awaited.built(callback), wish);
        var answer = ResponseEntity.created(URI.create("/callbacks/" + callback.id()));
        return answer(answer, callback, wish);
    }

    @GetMapping("/callbacks")
    Page list(@RequestParam Map<String, String> parameters) {
        var request = ListRequest.of(parameters);
        var items = new ArrayList<CallbackView>();
        var after = request.after();
        while (true) {
            var found = repository.list(after, request.path(), request.method(), ListRequest.BATCH);
            views(found).filter(request::wants).forEach(items::add);
            if (items.size() > request.limit()) {
                return Page.cut(items, request.limit());
            }
            if (found.size() < ListRequest.BATCH) {
                return new Page(items, null);
            }
            after = found.getLast().id();
        }
    }

    private Stream<CallbackView> views(List<Callback> found) {
        var told = seen.of(found.stream().map(Callback::id).toList());
        return found.stream()
                .map(
                        c ->
                                CallbackView.of(
                                        c,
                                        told.getOrDefault(c.id(), Seen.nothing(c.id(), c.uid())),
                                        null));
    }

    /**
     * Some of the callbacks.
     *
     * @param next the cursor of the next page; null behind the last one
     */
    record Page(List<CallbackView> items, @Nullable String next) {
        static Page cut(List<CallbackView> tooMany, int limit) {
            var items = tooMany.subList(0, limit);
            return new Page(items, Long.toString(items.getLast().callbackId()));
        }
    }

    @GetMapping("/callbacks/{id}")
    ResponseEntity<CallbackView> read(@PathVariable long id) {
        var callback = callbacks.read(id);
        var view = CallbackView.of(callback, callbacks.seen(callback), callbacks.code(callback));
        return ResponseEntity.ok().eTag(Long.toString(callback.version())).body(view);
    }

    @PutMapping(path = "/callbacks/{id}", consumes = JSON)
    ResponseEntity<CallbackView> put(
            @PathVariable long id,
            @RequestBody JsonNode request,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestHeader(name = "Prefer", required = false) @Nullable List<String> prefer) {
        return changed(callbacks.update(id, request, false, IfMatch.of(ifMatch)), prefer(prefer));
    }

    @PatchMapping(
            path = "/callbacks/{id}",
            consumes = {MERGE_PATCH, JSON})
    ResponseEntity<CallbackView> patch(
            @PathVariable long id,
            @RequestBody JsonNode request,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestHeader(name = "Prefer", required = false) @Nullable List<String> prefer) {
        return changed(callbacks.update(id, request, true, IfMatch.of(ifMatch)), prefer(prefer));
    }

    @DeleteMapping("/callbacks/{id}")
    ResponseEntity<Void> delete(
            @PathVariable long id,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestHeader(name = "Prefer", required = false) @Nullable List<String> prefer) {
        var wish = prefer(prefer);
        var live = liveness.await(Awaited.gone(callbacks.delete(id, IfMatch.of(ifMatch))), wish);
        var answer = ResponseEntity.status(live ? HttpStatus.NO_CONTENT : HttpStatus.ACCEPTED);
        wish.applied().ifPresent(applied -> answer.header("Preference-Applied", applied));
        return answer.build();
    }

    @PostMapping(path = "/deploy", consumes = JSON)
    ResponseEntity<CallbackView> deploy(
            @RequestBody JsonNode request,
            @RequestHeader(name = "Prefer", required = false) @Nullable List<String> prefer) {
        return changed(callbacks.deploy(DeployRequest.of(request)), prefer(prefer));
    }

    @PostMapping(path = "/callbacks/{id}/rollback", consumes = JSON)
    ResponseEntity<CallbackView> rollback(
            @PathVariable long id,
            @RequestBody JsonNode request,
            @RequestHeader(name = "Prefer", required = false) @Nullable List<String> prefer) {
        return changed(callbacks.rollback(id, request), prefer(prefer));
    }

    @PostMapping("/callbacks/{id}/rebuild")
    ResponseEntity<CallbackView> rebuild(
            @PathVariable long id,
            @RequestHeader(name = "Prefer", required = false) @Nullable List<String> prefer) {
        return changed(callbacks.rebuild(id), prefer(prefer));
    }

    @GetMapping("/callbacks/{id}/revisions")
    Map<String, List<RevisionView>> revisions(@PathVariable long id) {
        var callback = callbacks.read(id);
        var told = callbacks.seen(callback);
        return Map.of(
                "items",
                callbacks.revisions(callback).stream()
                        .map(r -> RevisionView.of(r, callback, told))
                        .toList());
    }

    @GetMapping("/targets")
    Map<String, List<TargetView>> targets() {
        return Map.of("items", targets.all().stream().map(TargetView::of).toList());
    }

    /** What is known of a target. */
    record TargetView(
            @JsonProperty("c_type") String target,
            boolean available,
            @Nullable String reason,
            List<String> runtimes) {
        static TargetView of(Target target) {
            return new TargetView(
                    target.name(), target.available(), target.reason(), target.runtimes());
        }
    }

    private Prefer prefer(@Nullable List<String> headers) {
        return Prefer.of(headers, properties.longestWait());
    }

    /** 200 = live everywhere, or nothing runs that could be; 202 = stored, not live yet. */
    private ResponseEntity<CallbackView> changed(Changed change, Prefer wish) {
        var live = liveness.await(Awaited.live(change), wish);
        var answer = ResponseEntity.status(live ? HttpStatus.OK : HttpStatus.ACCEPTED);
        return answer(answer, callbacks.read(change.after().id()), wish);
    }

    private ResponseEntity<CallbackView> answer(
            ResponseEntity.BodyBuilder answer, Callback callback, Prefer wish) {
        wish.applied().ifPresent(applied -> answer.header("Preference-Applied", applied));
        return answer.eTag(Long.toString(callback.version()))
                .body(CallbackView.of(callback, callbacks.seen(callback), null));
    }
}
