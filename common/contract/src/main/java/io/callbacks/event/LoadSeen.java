package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * How busy a callback was, as one invoker saw it. Published every second while there is something
 * to do for a callback of which there may be several instances, and for a while after that.
 *
 * @param invoker unlike any other invoker running
 * @param busy requests in flight or waiting, on average since the last time
 * @param seenAt when
 */
public record LoadSeen(long callbackId, String invoker, double busy, Instant seenAt)
        implements Event {
    public LoadSeen {
        requireNonNull(invoker, "invoker");
        requireNonNull(seenAt, "seen_at");
    }

    @Override
    public String topic() {
        return Topics.LOAD;
    }

    @Override
    public String key() {
        return Long.toString(callbackId);
    }

    @Override
    public String type() {
        return "load-seen";
    }

    @Override
    public String source() {
        return "/invoker";
    }

    @Override
    public String id() {
        return invoker + "/" + callbackId + "/" + seenAt;
    }
}
