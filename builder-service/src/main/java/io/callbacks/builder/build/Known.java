package io.callbacks.builder.build;

import io.callbacks.event.CallbackSnapshot;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/** The newest version of a callback the builder has heard of. */
@Document("callbacks")
record Known(@Id long callbackId, String uid, long version, boolean deleted) {
    static Known of(CallbackSnapshot snapshot) {
        return new Known(
                snapshot.callbackId(), snapshot.uid(), snapshot.version(), snapshot.deleted());
    }
}
