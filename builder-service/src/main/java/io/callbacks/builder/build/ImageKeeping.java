package io.callbacks.builder.build;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Has the images of all platforms looked after every few seconds. */
final class ImageKeeping implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ImageKeeping.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    private final List<ImageKeeper> keepers;
    private volatile CountDownLatch stopped = new CountDownLatch(0);

    ImageKeeping(List<ImageKeeper> keepers) {
        this.keepers = List.copyOf(keepers);
    }

    @Override
    public void start() {
        var stop = new CountDownLatch(1);
        stopped = stop;
        keepers.forEach(keeper -> Thread.ofVirtual().name("images").start(() -> run(keeper, stop)));
    }

    @Override
    public void stop() {
        stopped.countDown();
    }

    @Override
    public boolean isRunning() {
        return stopped.getCount() > 0;
    }

    private static void run(ImageKeeper keeper, CountDownLatch stop) {
        try {
            while (!stop.await(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
                look(keeper);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void look(ImageKeeper keeper) {
        try {
            keeper.look();
        } catch (SandboxException e) { // a platform that nobody uses may well be absent
            log.debug("Images cannot be looked after now: reason={}", e.getMessage());
        } catch (RuntimeException e) {
            log.warn("Images cannot be looked after, trying again: reason={}", e.toString());
        }
    }
}
