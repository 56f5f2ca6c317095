package io.callbacks.service.event;

import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.Event;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes in the attempts of each build as services do: in their order, each once. */
final class Applied {
    private final Map<String, Integer> last = new ConcurrentHashMap<>();
    private final List<Event> missedTheOneBefore = new CopyOnWriteArrayList<>();

    void take(Event event) {
        var build = ((BuildStarted) event).build();
        last.merge(build.uid(), 1, (applied, _) -> next(event, applied, build.attempt()));
    }

    private int next(Event event, int applied, int attempt) {
        if (attempt > applied + 1) {
            missedTheOneBefore.add(event);
        }
        return attempt == applied + 1 ? attempt : applied;
    }

    /** The attempt of a build that was applied last; 0 if none was. */
    int of(String uid) {
        return last.getOrDefault(uid, 0);
    }

    List<Event> missedTheOneBefore() {
        return missedTheOneBefore;
    }
}
