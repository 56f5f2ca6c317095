package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.instance.Lines;
import io.callbacks.deployer.instance.Output;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** The log of a pod as it is followed. */
final class PodLog implements Output {
    private final LogWatch watch;
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();

    /**
     * @param receiver of each line
     * @param follow begins to write the log to a stream
     */
    PodLog(Consumer<String> receiver, Function<OutputStream, LogWatch> follow) {
        watch = follow.apply(new LineStream(new Lines(receiver)));
        watch.onClose().whenComplete((_, _) -> over.complete(true));
    }

    @Override
    public boolean isOver() {
        return over.isDone();
    }

    @Override
    public boolean awaitOver(Duration longest) {
        return over.copy()
                .completeOnTimeout(false, longest.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    public void close() {
        watch.close();
        over.complete(true);
    }

    private static final class LineStream extends OutputStream {
        private final Lines lines;

        LineStream(Lines lines) {
            this.lines = lines;
        }

        @Override
        public void write(int octet) {
            lines.add(new byte[] {(byte) octet});
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            lines.add(buffer, offset, length);
        }
    }
}
