package io.callbacks.deployer.instance;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An instance elsewhere that this life of the deployer looks after. */
public class TendedInstance {
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /** What is to be done with it. */
    public enum State {
        /** To become ready; whoever starts it looks after it. */
        STARTING,
        /** To go on. */
        READY,
        /** Somebody ends it. */
        ENDING,
        /** It should be gone, and could not be removed yet. */
        LEFT
    }

    private final String id;
    private final long callbackId;
    private final Front front;
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();
    private State state;
    private @Nullable Output output;

    protected TendedInstance(String id, long callbackId, Front front, State state) {
        this.id = id;
        this.callbackId = callbackId;
        this.front = front;
        this.state = state;
    }

    public final String id() {
        return id;
    }

    public final long callbackId() {
        return callbackId;
    }

    public final Front front() {
        return front;
    }

    public final synchronized State state() {
        return state;
    }

    /** Goes over to another state, if it is in the one meant: of several only one does that. */
    public final synchronized boolean change(State from, State to) {
        if (state != from) {
            return false;
        }
        state = to;
        return true;
    }

    /** Whoever calls this first is to end it. */
    public final synchronized boolean beginEnding() {
        return change(State.STARTING, State.ENDING)
                || change(State.READY, State.ENDING)
                || change(State.LEFT, State.ENDING);
    }

    public final synchronized void hear(Output from) {
        output = from;
    }

    /** Whether it is heard what it says. */
    public final synchronized boolean isHeard() {
        return output != null && !output.isOver();
    }

    /** It has ended. */
    public final void over() {
        over.complete(true);
    }

    public final void awaitOver(Duration longest) {
        over.completeOnTimeout(false, longest.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    /** What it said last may be the reason for its end. */
    public final void awaitLastWords() {
        Output last;
        synchronized (this) {
            last = output;
        }
        if (last != null) {
            last.awaitOver(LAST_WORDS);
        }
    }

    /** Listens no longer. */
    public synchronized void close() {
        if (output != null) {
            output.close();
        }
    }
}
