package io.callbacks.invoker.event;

import io.callbacks.event.Topics;
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

    /** Noted by who had the partition before, however long ago: they may all come again. */
    private Set<EventId> noted = new HashSet<>();

    private final long notedUntil;

    /** Events of about a quarter of the time. */
    private record Share(long beganAt, Set<EventId> events) {}

    /**
     * @param memory for how long at least
     */
    DoneEvents(int partition, Duration memory, Clock clock) {
        this.partition = partition;
        this.memory = memory;
        this.clock = clock;
        var keep = memory.compareTo(LEAST) > 0 ? memory : LEAST;
        this.notedUntil = clock.millis() + keep.toMillis();
    }

    /** Takes an event, unless it was there in that time. */
    boolean isNew(EventId event) {
        var now = clock.millis();
        if (now > notedUntil && !noted.isEmpty()) {
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

    /** Takes what was noted. */
    void noted(EventId event) {
        noted.add(event);
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
