package io.callbacks.builder.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import io.callbacks.builder.install.OutputLines;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a program in a container prints, until it or the connection ends. */
final class ExecStream extends ResultCallback.Adapter<Frame> {
    private static final Logger log = LoggerFactory.getLogger(ExecStream.class);

    private final OutputLines lines;
    private final CountDownLatch ended = new CountDownLatch(1);

    ExecStream(OutputLines lines) {
        this.lines = lines;
    }

    @Override
    public void onNext(Frame frame) {
        var payload = frame.getPayload();
        lines.write(payload, 0, payload.length);
    }

    /** What became of the program is asked of the engine, which knows it for certain. */
    @Override
    public void onError(Throwable error) {
        log.debug("Output ends: reason={}", error.toString());
        onComplete();
    }

    @Override
    public void onComplete() {
        super.onComplete();
        ended.countDown();
    }

    /** Waits for its end. Unlike {@code awaitCompletion}, leaves it open if that does not come. */
    boolean endsWithin(long millis) throws InterruptedException {
        return ended.await(millis, TimeUnit.MILLISECONDS);
    }
}
