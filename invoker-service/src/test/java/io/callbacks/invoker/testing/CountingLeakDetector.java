package io.callbacks.invoker.testing;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers every buffer that was forgotten; the tests' JVM is told to use it by a property. */
public final class CountingLeakDetector<T> extends ResourceLeakDetector<T> {
    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    @SuppressWarnings("deprecation") // the detector's factory calls it
    public CountingLeakDetector(Class<?> type, int samplingInterval, long maxActive) {
        super(type, samplingInterval, maxActive);
    }

    public CountingLeakDetector(Class<?> type, int samplingInterval) {
        super(type, samplingInterval);
    }

    /**
     * What leaked since the last look; a leak is found when the collector comes by and a buffer is
     * made.
     */
    public static List<String> leaks() {
        System.gc();
        for (int i = 0; i < 100; i++) {
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        var found = List.copyOf(LEAKS);
        LEAKS.clear();
        return found;
    }

    @Override
    protected void reportTracedLeak(String type, String records) {
        LEAKS.add(type + records);
    }

    @Override
    protected void reportUntracedLeak(String type) {
        LEAKS.add(type);
    }
}
