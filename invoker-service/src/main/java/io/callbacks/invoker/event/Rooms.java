package io.callbacks.invoker.event;

import io.callbacks.invoker.route.RouteTable;
import io.callbacks.invoker.route.Routes;
import io.callbacks.invoker.route.Target;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

/**
 * Lets only so many events of a callback try to be handled at once, whatever there is of them:
 * about twice what its instances take, so that there is always a next one, and room in the line for
 * requests at the door.
 */
final class Rooms {
    private static final int LEAST = 10;
    private static final int MOST = 500;

    private final Map<Long, Room> rooms = new ConcurrentHashMap<>();
    private final Routes routes;

    Rooms(Routes routes) {
        this.routes = routes;
        routes.onChange(this::forgetEmpty);
    }

    /**
     * The room of a callback.
     *
     * @param callbackId 0 for those that are not known yet
     */
    Room of(long callbackId) {
        return rooms.computeIfAbsent(callbackId, Room::new);
    }

    private void forgetEmpty(RouteTable table) {
        rooms.values().removeIf(room -> table.target(room.callbackId).isEmpty() && room.isEmpty());
    }

    private int size(long callbackId) {
        return routes.current()
                .flatMap(table -> table.target(callbackId))
                .map(Rooms::size)
                .orElse(LEAST);
    }

    private static int size(Target target) {
        var instances = target.route().map(route -> route.instances().size()).orElse(1);
        return Math.clamp(2L * target.limits().concurrency() * instances, LEAST, MOST);
    }

    /** That of one callback. */
    final class Room {
        private final long callbackId;
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private volatile boolean hopeless;
        private int taken;

        private Room(long callbackId) {
            this.callbackId = callbackId;
        }

        /** Runs something as soon as there is room, which {@link #leave} gives back. */
        void enter(Runnable begin) {
            synchronized (this) {
                if (taken >= size(callbackId)) {
                    waiting.add(begin);
                    return;
                }
                taken++;
            }
            begin.run();
        }

        /** Remembers whether those that stood in line waited for nothing. */
        void waitedForNothing(boolean was) {
            hopeless = was;
        }

        /** Whether no instance was ready for the last that stood in line. */
        boolean isHopeless() {
            return hopeless;
        }

        /** Waits no longer; false if it has entered. */
        synchronized boolean giveUp(Runnable begin) {
            return waiting.remove(begin);
        }

        /** The next ones begin on another thread: one that ends at once would be left by them. */
        void leave() {
            var next = next();
            while (next != null) {
                var _ = Schedulers.parallel().schedule(next);
                next = more();
            }
        }

        private synchronized @Nullable Runnable next() {
            taken--;
            return more();
        }

        private synchronized @Nullable Runnable more() {
            if (taken >= size(callbackId) || waiting.isEmpty()) {
                return null;
            }
            taken++;
            return waiting.remove();
        }

        private synchronized boolean isEmpty() {
            return taken == 0 && waiting.isEmpty();
        }
    }
}
