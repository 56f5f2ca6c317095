package io.callbacks.deployer.rollout;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Old instances that finish what they have, in the background. */
final class Drains {
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    void run(Runnable drain) {
        var thread =
                Thread.ofVirtual()
                        .name("drain")
                        .unstarted(
                                () -> {
                                    try {
                                        drain.run();
                                    } finally {
                                        running.remove(Thread.currentThread());
                                    }
                                });
        running.add(thread);
        thread.start();
    }

    /** Waits until all are done, or the time has passed. */
    void await(Duration longest) {
        var deadline = System.nanoTime() + longest.toNanos();
        for (var thread : running) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
