package io.callbacks.deployer.rollout;

import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.LoadSeen;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * How many instances a callback should have, by what all invokers have in flight or waiting for it.
 * More are wanted at once; fewer only when no more were wanted for a while, so that a lull does not
 * end what the next wave needs.
 */
final class Autoscaler {
    /** An invoker that was not heard of for that long is gone, or has nothing to do. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** Longer than an invoker goes on telling of a callback that has become idle. */
    private static final Duration SILENT = Duration.ofMinutes(3);

    private final Duration stabilisation;
    private final LongSupplier nanoTime;
    private final Map<Long, Load> loads = new ConcurrentHashMap<>();

    /**
     * @param stabilisation how long fewer instances must be enough before there are fewer
     */
    Autoscaler(Duration stabilisation, LongSupplier nanoTime) {
        this.stabilisation = stabilisation;
        this.nanoTime = nanoTime;
    }

    /** Takes in what an invoker saw, and it alone counts what it has seen itself. */
    void take(LoadSeen seen) {
        loads.computeIfAbsent(seen.callbackId(), _ -> new Load(nanoTime.getAsLong())).take(seen);
    }

    /**
     * @param now how many there are; what is kept while nothing is known yet
     */
    int wanted(CallbackSnapshot callback, int now) {
        var scale = callback.instances();
        if (scale.min() == scale.max()) {
            loads.remove(callback.callbackId());
            return scale.max();
        }
        var load =
                loads.computeIfAbsent(callback.callbackId(), _ -> new Load(nanoTime.getAsLong()));
        return Math.clamp(load.wanted(callback, now), scale.min(), scale.max());
    }

    void forget(long callbackId) {
        loads.remove(callbackId);
    }

    private record Busy(double requests, long at) {}

    private record Wanted(int instances, long at) {}

    /** Of one callback. */
    private final class Load {
        private final Map<String, Busy> invokers = new HashMap<>();
        private final Deque<Wanted> lately = new ArrayDeque<>();
        private long heardAt;

        Load(long now) {
            heardAt = now;
        }

        synchronized void take(LoadSeen seen) {
            heardAt = nanoTime.getAsLong();
            invokers.put(seen.invoker(), new Busy(seen.busy(), heardAt));
        }

        synchronized int wanted(CallbackSnapshot callback, int present) {
            var now = nanoTime.getAsLong();
            invokers.values().removeIf(busy -> now - busy.at > FRESH.toNanos());
            if (invokers.isEmpty() && now - heardAt < SILENT.toNanos()) {
                return present;
            }
            var busy = invokers.values().stream().mapToDouble(Busy::requests).sum();
            var needed = callback.instances().instances(busy, callback.limits().concurrency());
            lately.removeIf(
                    one -> one.instances <= needed || now - one.at > stabilisation.toNanos());
            lately.addLast(new Wanted(needed, now));
            return lately.getFirst().instances;
        }
    }
}
