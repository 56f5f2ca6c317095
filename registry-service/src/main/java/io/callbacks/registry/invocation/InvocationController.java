package io.callbacks.registry.invocation;

import io.callbacks.registry.invocation.Invocation.State;
import io.callbacks.registry.validation.Fields;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Calls by event, asked after. */
@RestController
final class InvocationController {
    private final Invocations invocations;

    InvocationController(Invocations invocations) {
        this.invocations = invocations;
    }

    @GetMapping("/invocations/{id}")
    InvocationView read(@PathVariable String id) {
        return invocations.read(RecordId.of(id));
    }

    @GetMapping("/invocations/{id}/result")
    ResponseEntity<byte[]> result(@PathVariable String id) {
        var result = invocations.result(RecordId.of(id));
        return ResponseEntity.ok().contentType(mediaType(result.contentType())).body(result.body());
    }

    /** What a function says may be anything; what can be no header is not passed on. */
    private static MediaType mediaType(@Nullable String said) {
        try {
            if (said != null && said.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                var type = MediaType.parseMediaType(said);
                return type.isConcrete() ? type : MediaType.APPLICATION_OCTET_STREAM;
            }
        } catch (InvalidMediaTypeException e) {
            // bytes then, as for what is no header at all
        }
        return MediaType.APPLICATION_OCTET_STREAM;
    }

    /** 202 = not settled yet. */
    @DeleteMapping("/invocations/{id}")
    ResponseEntity<InvocationView> cancel(@PathVariable String id) {
        var view = invocations.cancel(RecordId.of(id));
        return ResponseEntity.status(
                        view.state() == State.CANCELLED ? HttpStatus.OK : HttpStatus.ACCEPTED)
                .body(view);
    }

    @PostMapping("/invocations/{id}/replay")
    ResponseEntity<Map<String, String>> replay(
            @PathVariable String id, @RequestBody(required = false) @Nullable JsonNode request) {
        return accepted(invocations.replay(RecordId.of(id), revision(request)));
    }

    private static @Nullable Integer revision(@Nullable JsonNode request) {
        if (request == null) {
            return null;
        }
        var fields = new Fields(request);
        var revision =
                fields.value("revision") == null
                        ? null
                        : Integer.valueOf(fields.number("revision", 1, Integer.MAX_VALUE, 1));
        fields.check();
        return revision;
    }

    /** A call that can be asked after from now on. */
    static ResponseEntity<Map<String, String>> accepted(RecordId invocation) {
        return ResponseEntity.accepted()
                .location(URI.create("/invocations/" + invocation))
                .body(
                        Map.of(
                                "invocation_id",
                                invocation.toString(),
                                "state",
                                State.QUEUED.toString()));
    }
}
