package io.callbacks.registry.invocation;

import io.callbacks.registry.validation.Fields;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Calls by event that failed for good. */
@RestController
final class DeadLetterController {
    private final DeadLetters letters;

    DeadLetterController(DeadLetters letters) {
        this.letters = letters;
    }

    @GetMapping("/dead-letters")
    Page list(@RequestParam Map<String, String> parameters) {
        var request = DeadLetterRequest.of(parameters);
        var found = letters.list(request, request.limit() + 1);
        return found.size() > request.limit()
                ? Page.of(
                        found.subList(0, request.limit()),
                        found.get(request.limit() - 1).position())
                : Page.of(found, null);
    }

    /**
     * Some of the letters.
     *
     * @param next the cursor of the next page; null behind the last one
     */
    record Page(List<DeadLetterView.Item> items, @Nullable String next) {
        static Page of(List<DeadLetter> letters, @Nullable String next) {
            return new Page(letters.stream().map(DeadLetterView.Item::of).toList(), next);
        }
    }

    @GetMapping("/dead-letters/{id}")
    DeadLetterView read(@PathVariable String id) {
        return letters.read(RecordId.of(id));
    }

    @PostMapping("/dead-letters/{id}/replay")
    ResponseEntity<Map<String, String>> replay(
            @PathVariable String id, @RequestBody(required = false) @Nullable JsonNode request) {
        var letter = RecordId.of(id);
        if (request != null) {
            new Fields(request).check();
        }
        return InvocationController.accepted(letters.replay(letter));
    }

    @PostMapping("/dead-letters/replay")
    ResponseEntity<Map<String, Integer>> replayAll(
            @RequestBody(required = false) @Nullable JsonNode request) {
        return ResponseEntity.accepted()
                .body(Map.of("replayed", letters.replayAll(callbackId(request))));
    }

    private static @Nullable Long callbackId(@Nullable JsonNode request) {
        if (request == null) {
            return null;
        }
        var fields = new Fields(request);
        var callbackId = DeadLetterRequest.callbackId(fields);
        fields.check();
        return callbackId;
    }
}
