package io.callbacks.registry.callback;

import io.callbacks.event.Trigger;
import io.callbacks.event.TriggerSeen.Trouble;
import io.callbacks.registry.callback.RegistryException.UnknownTrigger;
import io.callbacks.registry.status.TriggerReports;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells how triggers are doing, lets them rest and go on. */
@RestController
final class TriggerController {
    private final Callbacks callbacks;
    private final TriggerReports reports;

    TriggerController(Callbacks callbacks, TriggerReports reports) {
        this.callbacks = callbacks;
        this.reports = reports;
    }

    /** A trigger and what the invokers tell of it. */
    record Item(
            String name,
            String topic,
            String group,
            boolean paused,
            String state,
            long lag,
            long inFlight,
            long completed,
            long failed,
            @Nullable Trouble lastError,
            int invokers,
            @Nullable Instant seenAt) {}

    @GetMapping("/callbacks/{id}/triggers")
    Map<String, List<Item>> list(@PathVariable long id) {
        var triggers = callbacks.read(id).triggers();
        return Map.of("items", triggers.stream().map(one -> item(id, one)).toList());
    }

    @PostMapping("/callbacks/{id}/triggers/{name}/pause")
    Item pause(@PathVariable long id, @PathVariable String name) {
        return paused(id, name, true);
    }

    @PostMapping("/callbacks/{id}/triggers/{name}/resume")
    Item resume(@PathVariable long id, @PathVariable String name) {
        return paused(id, name, false);
    }

    private Item paused(long id, String name, boolean paused) {
        var after = callbacks.pause(id, name, paused).after();
        return after.trigger(name)
                .map(one -> item(id, one))
                .orElseThrow(() -> new UnknownTrigger(id, name));
    }

    private Item item(long id, Trigger trigger) {
        var seen = reports.of(id, trigger.name());
        return new Item(
                trigger.name(),
                trigger.topic(),
                trigger.group(),
                trigger.paused(),
                seen.state(),
                seen.lag(),
                seen.inFlight(),
                seen.completed(),
                seen.failed(),
                seen.lastError(),
                seen.invokers(),
                seen.seenAt());
    }
}
