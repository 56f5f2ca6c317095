package io.callbacks.deployer.docker;

import io.callbacks.deployer.instance.Front;
import io.callbacks.deployer.instance.TendedInstance;

/** A container, and what it is told on its standard input. */
final class DockerInstance extends TendedInstance {
    private final Lifeline input;
    private volatile boolean signalled;

    private DockerInstance(String id, long callbackId, Front front, Lifeline input, State state) {
        super(id, callbackId, front, state);
        this.input = input;
    }

    static DockerInstance toStart(String id, long callbackId, Front front, String firstLine) {
        return new DockerInstance(id, callbackId, front, new Lifeline(firstLine), State.STARTING);
    }

    static DockerInstance takenOver(String id, long callbackId, Front front) {
        return new DockerInstance(id, callbackId, front, new Lifeline(""), State.READY);
    }

    Lifeline input() {
        return input;
    }

    /** The engine has sent it a signal. */
    void signalled() {
        signalled = true;
    }

    boolean wasSignalled() {
        return signalled;
    }

    @Override
    public synchronized void close() {
        input.close();
        super.close();
    }
}
