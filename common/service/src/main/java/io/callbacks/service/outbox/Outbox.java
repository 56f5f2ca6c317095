package io.callbacks.service.outbox;

import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Facts that were stored together with what they tell of and wait to be published. Every method
 * blocks.
 *
 * @param <K> identity of the documents that hold them
 */
public interface Outbox<K> {
    /** Documents with something waiting, any order. */
    List<K> waiting(int limit);

    /**
     * What waits in these documents, rendered from their present state, in order per document.
     * Documents with nothing waiting, or that are gone, are left out.
     */
    List<Waiting<K>> render(Collection<K> ids);

    /**
     * Removes what was published: of each document everything up to the sequence. May be repeated.
     */
    void published(List<Waiting<K>> sent);

    /**
     * A fact that waits.
     *
     * @param id the document that holds it
     * @param sequence its place in that document; grows
     * @param record what to publish
     */
    record Waiting<K>(K id, long sequence, ProducerRecord<byte[], byte[]> record) {
        /** An event of ours, and when it happened. */
        public Waiting(K id, long sequence, Event event, Instant time) {
            this(id, sequence, TransactionalProducers.inBytes(EventCodec.encode(event, time)));
        }
    }
}
