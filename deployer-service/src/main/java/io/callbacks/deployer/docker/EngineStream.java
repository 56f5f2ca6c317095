package io.callbacks.deployer.docker;

import com.github.dockerjava.api.async.ResultCallback;
import io.callbacks.deployer.instance.Output;
import io.callbacks.deployer.rollout.PlatformException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Something the engine sends as long as it is open; handed on as it comes. */
final class EngineStream<T> implements ResultCallback<T>, Output {
    private static final Duration OPENS = Duration.ofSeconds(10);

    private final Consumer<T> receiver;
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile @Nullable Closeable connection;
    private volatile @Nullable Throwable error;

    EngineStream(Consumer<T> receiver) {
        this.receiver = receiver;
    }

    @Override
    public void onStart(Closeable opened) {
        connection = opened;
        open.countDown();
        if (isOver()) { // nobody waits for it any more
            close();
        }
    }

    @Override
    public void onNext(T item) {
        receiver.accept(item);
    }

    @Override
    public void onError(Throwable thrown) {
        error = thrown;
        onComplete();
    }

    @Override
    public void onComplete() {
        over.countDown();
        open.countDown();
    }

    /**
     * Waits until the engine has begun to send.
     *
     * @throws PlatformException if it does not
     */
    EngineStream<T> opened(String what) {
        var inTime = await(open, OPENS);
        if (connection != null) {
            return this;
        }
        close();
        var cause = error;
        var reason = inTime && cause != null ? Calls.reason(cause) : "the engine does not answer";
        throw new PlatformException("cannot " + what + ": " + reason, cause);
    }

    @Override
    public boolean isOver() {
        return over.getCount() == 0;
    }

    @Override
    public boolean awaitOver(Duration longest) {
        return await(over, longest);
    }

    private static boolean await(CountDownLatch latch, Duration longest) {
        try {
            return latch.await(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        over.countDown();
        var opened = connection;
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (IOException e) {
            error = e; // it is of no use any more in either case
        }
    }
}
