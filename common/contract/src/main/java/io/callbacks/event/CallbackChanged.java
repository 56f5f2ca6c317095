package io.callbacks.event;

import static java.util.Objects.requireNonNull;

/**
 * A callback has changed; carries all of it.
 *
 * @param change why
 * @param snapshot the callback now
 */
public record CallbackChanged(CallbackChange change, CallbackSnapshot snapshot) implements Event {
    public CallbackChanged {
        requireNonNull(change, "change");
        requireNonNull(snapshot, "snapshot");
    }

    @Override
    public String topic() {
        return Topics.CALLBACK;
    }

    @Override
    public String key() {
        return Long.toString(snapshot.callbackId());
    }

    @Override
    public String type() {
        return change.type();
    }

    @Override
    public String source() {
        return "/registry";
    }

    @Override
    public String id() {
        return snapshot.uid() + "/" + snapshot.version();
    }
}
