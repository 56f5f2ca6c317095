package io.callbacks.registry.callback;

import io.callbacks.event.Source;
import java.time.Instant;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * A revision of a callback; never changes. The code itself is in the blob store.
 *
 * @param id uid and number
 */
@Document("revisions")
record Revision(@Id String id, String uid, Source source, Instant createdAt) {
    static Revision of(String uid, Source source, Instant now) {
        return new Revision(id(uid, source.revision()), uid, source, now);
    }

    static String id(String uid, int number) {
        return uid + ":" + number;
    }
}
