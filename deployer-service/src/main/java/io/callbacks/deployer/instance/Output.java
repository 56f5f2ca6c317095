package io.callbacks.deployer.instance;

import java.time.Duration;

/** What an instance says, as it is listened to. */
public interface Output extends AutoCloseable {
    /** Whether there is nothing more to hear. */
    boolean isOver();

    /** Waits for its end, but not for ever. */
    boolean awaitOver(Duration longest);

    @Override
    void close();
}
