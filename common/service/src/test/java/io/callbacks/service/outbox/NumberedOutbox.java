package io.callbacks.service.outbox;

import io.callbacks.event.BuildEvent;
import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Topics;
import io.callbacks.testing.kafka.Topic;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;

/** One document; what waits in it is numbers. */
class NumberedOutbox implements Outbox<String> {
    private final ConcurrentSkipListSet<Integer> numbers = new ConcurrentSkipListSet<>();

    /** The numbers a committed reader sees, in order. */
    static List<Integer> published(String kafka) {
        return new Topic(kafka, Topics.BUILD)
                .records().stream()
                        .map(r -> EventCodec.decode("build-started", r.value()))
                        .map(event -> ((BuildEvent) event).build().attempt())
                        .toList();
    }

    void add(Integer... more) {
        numbers.addAll(List.of(more));
    }

    boolean isEmpty() {
        return numbers.isEmpty();
    }

    @Override
    public List<String> waiting(int limit) {
        return numbers.isEmpty() ? List.of() : List.of("all");
    }

    @Override
    public List<Waiting<String>> render(Collection<String> ids) {
        return numbers.stream().map(NumberedOutbox::fact).toList();
    }

    private static Waiting<String> fact(int number) {
        var key = new BuildKey(1, UUID.randomUUID().toString(), 1, "process", number);
        return new Waiting<>("all", number, new BuildStarted(key), Instant.EPOCH);
    }

    @Override
    public void published(List<Waiting<String>> sent) {
        numbers.headSet((int) sent.getLast().sequence(), true).clear();
    }
}
