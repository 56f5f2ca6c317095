package io.callbacks.deployer.instance;

import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.deployer.rollout.StartFailures;
import io.callbacks.event.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The front of an instance as it is heard: its run log, its last words, whether it is ready. */
public final class Front {
    private static final int TAIL = 20;

    private final String instance;
    private final long callbackId;
    private final RunLog runLog;
    private final CompletableFuture<Optional<Failure>> ready = new CompletableFuture<>();
    private final Deque<String> tail = new ArrayDeque<>();
    private volatile int port;
    private volatile Instant kept = Instant.MIN;

    public Front(String instance, long callbackId, RunLog runLog) {
        this.instance = instance;
        this.callbackId = callbackId;
        this.runLog = runLog;
    }

    /** Takes a line of its standard output. */
    public void hear(String line) {
        switch (FrontLine.parse(line)) {
            case FrontLine.Logged logged when logged.line().time().isAfter(kept) ->
                    write(logged.line());
            case FrontLine.Logged _ -> {}
            case FrontLine.Listening listening -> {
                port = listening.port();
                ready.complete(Optional.empty());
            }
            case FrontLine.LoadFailed failed -> ready.complete(Optional.of(failed.failure()));
            case FrontLine.Other other -> note(other.text());
        }
    }

    /** Leaves out what the function wrote until then: it is heard for the second time. */
    public void hearAfter(Instant last) {
        kept = last;
    }

    /** Adds a line of the platform's to the run log. */
    public void note(String message) {
        write(new RunLog.Line(Instant.now(), null, "platform", message));
    }

    private void write(RunLog.Line line) {
        synchronized (tail) {
            tail.addLast(line.message());
            if (tail.size() > TAIL) {
                tail.removeFirst();
            }
        }
        runLog.write(callbackId, line);
    }

    /** Whether it has said that it listens. */
    public boolean isReady() {
        return port > 0;
    }

    /** Where it said it listens; 0 if it has not yet. */
    public int port() {
        return port;
    }

    /**
     * Waits until it listens.
     *
     * @return why it never will; empty if it does
     */
    public Optional<Failure> awaitReady(Duration longest) {
        try {
            return ready.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var message = "The instance was not ready within " + longest.toSeconds() + " s.";
            return Optional.of(StartFailures.of("StartupTimeout", null, message, tail()));
        } catch (ExecutionException e) {
            throw new IllegalStateException("never completed with an error", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting " + instance, e);
        }
    }

    /** Its last words are read: who waits for it to listen waits in vain. */
    public void ended(String how) {
        var message = "The instance ended before it was ready: " + how + ".";
        ready.complete(Optional.of(StartFailures.of("InstanceEnded", null, message, tail())));
    }

    /** It will not listen, for another reason than what it says itself. */
    public void failed(Failure why) {
        ready.complete(Optional.of(why));
    }

    /** What it said last. */
    public String tail() {
        synchronized (tail) {
            return String.join("\n", tail);
        }
    }
}
