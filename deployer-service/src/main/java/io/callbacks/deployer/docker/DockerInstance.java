package io.callbacks.deployer.docker;

import com.github.dockerjava.api.model.Frame;
import io.callbacks.deployer.instance.Front;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An instance that this life of the deployer looks after. */
final class DockerInstance {
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /** What is to be done with it. */
    enum State {
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
    private final Lifeline input;
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();
    private State state;
    private @Nullable EngineStream<Frame> output;

    private DockerInstance(String id, long callbackId, Front front, Lifeline input, State state) {
        this.id = id;
        this.callbackId = callbackId;
        this.front = front;
        this.input = input;
        this.state = state;
    }

    static DockerInstance toStart(String id, long callbackId, Front front, String firstLine) {
        return new DockerInstance(id, callbackId, front, new Lifeline(firstLine), State.STARTING);
    }

    static DockerInstance takenOver(String id, long callbackId, Front front) {
        return new DockerInstance(id, callbackId, front, new Lifeline(""), State.READY);
    }

    String id() {
        return id;
    }

    long callbackId() {
        return callbackId;
    }

    Front front() {
        return front;
    }

    Lifeline input() {
        return input;
    }

    synchronized State state() {
        return state;
    }

    /** Goes over to another state, if it is in the one meant: of several only one does that. */
    synchronized boolean change(State from, State to) {
        if (state != from) {
            return false;
        }
        state = to;
        return true;
    }

    /** Whoever calls this first is to end it. */
    synchronized boolean beginEnding() {
        return change(State.STARTING, State.ENDING)
                || change(State.READY, State.ENDING)
                || change(State.LEFT, State.ENDING);
    }

    synchronized void hear(EngineStream<Frame> from) {
        output = from;
    }

    /** Whether it is heard what it says. */
    synchronized boolean isHeard() {
        return output != null && !output.isOver();
    }

    /** Its container has ended. */
    void over() {
        over.complete(true);
    }

    void awaitOver(Duration longest) {
        over.completeOnTimeout(false, longest.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    /** What it said last may be the reason for its end. */
    void awaitLastWords() {
        EngineStream<Frame> last;
        synchronized (this) {
            last = output;
        }
        if (last != null) {
            last.awaitOver(LAST_WORDS);
        }
    }

    synchronized void close() {
        input.close();
        if (output != null) {
            output.close();
        }
    }
}
