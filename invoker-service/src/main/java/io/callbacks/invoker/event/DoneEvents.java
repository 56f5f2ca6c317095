package io.callbacks.invoker.event;

import io.callbacks.event.Topics;
import io.callbacks.invoker.delivery.Handler.Former;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The events of a partition that are done, or under way, remembered for a while. What is done is
 * noted, in the transaction that makes it done; who gets the partition next reads the notes. Those
 * of all partitions stand in one, so that a transaction writes to few.
 */
final class DoneEvents {
    private static final int SHARES = 4;

    /** Long enough to read again all that had been in hand. */
    private static final Duration LEAST = Duration.ofMinutes(1);

    private final int partition;
    private final Duration memory;
    private final Clock clock;
    private final Deque<Share> shares = new ArrayDeque<>();

    private final long notedSince;
    private final long againUntil;
    private final long notedUntil;

    /** Noted by who had the partition before, however long ago: they may all come again. */
    private Set<EventId> noted = new HashSet<>();

    /** Events of about a quarter of the time. */
    private record Share(long beganAt, Set<EventId> events) {}

    /**
     * @param memory for how long at least
     * @param former how whoever had the partition before left it
     */
    DoneEvents(int partition, Duration memory, Former former, Clock clock) {
        this.partition = partition;
        this.memory = memory;
        this.clock = clock;
        var remembered = clock.millis() - memory.toMillis();
        this.notedSince = Math.min(remembered, former.since().orElse(remembered));
        this.againUntil = former.end();
        var keep = memory.compareTo(LEAST) > 0 ? memory : LEAST;
        this.notedUntil = clock.millis() + keep.toMillis();
    }

    /** Takes the event at an offset, unless it was there in that time. */
    boolean isNew(EventId event, long offset) {
        var now = clock.millis();
        if (now > notedUntil && offset >= againUntil && !noted.isEmpty()) {
            noted = new HashSet<>();
        }
        if (noted.contains(event)
                || shares.stream().anyMatch(share -> share.events().contains(event))) {
            return false;
        }
        remember(event, now);
        return true;
    }

    /** That an event is done, as it is noted. */
    ProducerRecord<byte[], byte[]> note(EventId event) {
        return new NewRecord(Topics.INVOCATION_DONE, 0, key(partition), event.bytes()).done();
    }

    /** Since when notes are of interest, in milliseconds of the epoch. */
    long notedSince() {
        return notedSince;
    }

    /** Takes what was noted at a time, in milliseconds of the epoch. */
    void noted(EventId event, long at) {
        if (at >= notedSince) {
            noted.add(event);
        }
    }

    /** The partition a note is of. */
    static int partition(byte[] key) {
        return ByteBuffer.wrap(key).getInt();
    }

    private static byte[] key(int partition) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(partition).array();
    }

    private void remember(EventId event, long at) {
        var newest = shares.peekLast();
        if (newest == null || at - newest.beganAt() >= memory.toMillis() / SHARES) {
            newest = new Share(at, new HashSet<>());
            shares.add(newest);
            forget(at);
        }
        newest.events().add(event);
    }

    /** A share goes when its youngest event is old enough, which is when the next began. */
    private void forget(long now) {
        var oldest = now - memory.toMillis();
        while (shares.size() > 1 && second().beganAt() < oldest) {
            shares.remove();
        }
    }

    private Share second() {
        var inOrder = shares.iterator();
        inOrder.next();
        return inOrder.next();
    }
}
