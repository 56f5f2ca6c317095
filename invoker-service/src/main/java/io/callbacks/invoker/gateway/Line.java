package io.callbacks.invoker.gateway;

import io.callbacks.event.Route;
import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.route.Target;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * The requests of one callback: each instance gets as many at once as it takes, the least busy one
 * first; the others wait in line, a bounded number for a bounded time, for an instance that is
 * free, or for a route to one. Thread-safe; whoever waits is served outside the lock.
 */
final class Line {
    private static final Duration REST = Duration.ofMillis(50);

    private final int longest;
    private final Supplier<Optional<Target>> newest;
    private final Map<String, Seats> instances = new HashMap<>();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private volatile Optional<Target> target;

    Line(int longest, Supplier<Optional<Target>> newest) {
        this.longest = longest;
        this.newest = newest;
        this.target = newest.get();
    }

    /**
     * A turn on an instance whose env is at least of that version. Ends in a problem where there is
     * none within {@code patience}.
     */
    Mono<Turn> turn(long minEnvVersion, Duration patience) {
        return Mono.defer(
                () -> {
                    var turn = take(minEnvVersion);
                    return turn != null
                            ? Mono.just(turn)
                            : Mono.create(sink -> join(new Waiting(minEnvVersion, sink), patience));
                });
    }

    /**
     * Does something with a turn, which goes back when that has ended. An instance that turns it
     * away has a rest.
     */
    <T> Mono<T> use(long minEnvVersion, Duration patience, Function<Turn, Mono<T>> doing) {
        return turn(minEnvVersion, patience)
                .flatMap(
                        turn ->
                                doing.apply(turn)
                                        .doOnError(
                                                TurnedAway.class,
                                                e -> turnedAway(turn.instance(), e.reason()))
                                        .doOnTerminate(turn::end)
                                        .doOnCancel(turn::end));
    }

    /** Looks at what is known now. Under the lock, so that an older look never comes last. */
    void refresh() {
        synchronized (this) {
            var now = newest.get();
            if (now.equals(target)) {
                return;
            }
            target = now;
            var ids =
                    now.flatMap(Target::route).stream()
                            .flatMap(route -> route.instances().stream())
                            .map(Route.Instance::id)
                            .toList();
            instances
                    .entrySet()
                    .removeIf(e -> e.getValue().taken == 0 && !ids.contains(e.getKey()));
        }
        serve();
    }

    /**
     * Notes that an instance turned a request away: one that refuses gets no more, another one has
     * a short rest.
     */
    void turnedAway(Route.Instance instance, TurnedAway.Reason reason) {
        synchronized (this) {
            var seats = seats(instance);
            if (reason == TurnedAway.Reason.REFUSED) {
                seats.gone = true;
                return;
            }
            seats.rest(reason == TurnedAway.Reason.UNREACHABLE);
        }
        var _ = Schedulers.parallel().schedule(this::serve, REST.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Takes back the seat of a turn that is over. */
    void left(Route.Instance instance) {
        synchronized (this) {
            seats(instance).taken--;
        }
        serve();
    }

    /** Whether its callback may have more or fewer instances than it has. */
    boolean mayChangeInSize() {
        return target.map(Target::instances).filter(i -> i.min() < i.max()).isPresent();
    }

    /** In flight or waiting. */
    synchronized int requests() {
        return waiting.size() + instances.values().stream().mapToInt(s -> s.taken).sum();
    }

    private synchronized @Nullable Turn take(long minEnvVersion) {
        var route = route(minEnvVersion);
        if (route == null) {
            return null;
        }
        Route.Instance best = null;
        int least = target.orElseThrow().limits().concurrency();
        var all = route.instances();
        int begin = all.size() == 1 ? 0 : ThreadLocalRandom.current().nextInt(all.size());
        for (int i = 0;
                i < all.size();
                i++) { // from anywhere, so that equally busy ones take turns
            var instance = all.get((begin + i) % all.size());
            var seats = seats(instance);
            if (seats.taken < least && seats.isOpen()) {
                best = instance;
                least = seats.taken;
            }
        }
        if (best == null) {
            return null;
        }
        seats(best).take();
        return new Turn(this, route, best);
    }

    private boolean mayBeServed() {
        return target.filter(Target::deployed).isPresent();
    }

    private @Nullable Route route(long minEnvVersion) {
        return target.filter(Target::deployed)
                .flatMap(Target::route)
                .filter(route -> route.envVersion() >= minEnvVersion)
                .orElse(null);
    }

    private Seats seats(Route.Instance instance) {
        return instances.computeIfAbsent(instance.id(), _ -> new Seats());
    }

    private void join(Waiting one, Duration patience) {
        if (!hasJoined(one)) {
            one.fail(Problems.busy());
            return;
        }
        one.sink.onCancel(() -> leave(one));
        one.timer =
                Schedulers.parallel()
                        .schedule(() -> giveUp(one), patience.toNanos(), TimeUnit.NANOSECONDS);
        serve(); // for what has changed since the first look
    }

    private synchronized boolean hasJoined(Waiting one) {
        return waiting.size() < longest && waiting.offer(one);
    }

    private void leave(Waiting one) {
        synchronized (this) {
            waiting.remove(one);
        }
        one.forget();
    }

    private void giveUp(Waiting one) {
        Problem problem;
        synchronized (this) {
            if (!waiting.remove(one)) {
                return;
            }
            problem = whyNot(one.minEnvVersion);
        }
        one.fail(problem);
    }

    private Problem whyNot(long minEnvVersion) {
        if (!mayBeServed()) {
            return Problems.notDeployed();
        }
        var route = route(minEnvVersion);
        var full = route != null && route.instances().stream().anyMatch(i -> seats(i).isAlive());
        return full ? Problems.busy() : Problems.notReady();
    }

    /** Gives turns to those in line, first come first served, as far as there are any. */
    private void serve() {
        List<Runnable> served = new ArrayList<>();
        synchronized (this) {
            for (var line = waiting.iterator(); line.hasNext(); ) {
                var one = line.next();
                var turn = take(one.minEnvVersion);
                if (turn != null) {
                    line.remove();
                    served.add(() -> one.go(turn));
                } else if (!mayBeServed()) {
                    line.remove();
                    served.add(() -> one.fail(Problems.notDeployed()));
                } else if (one.minEnvVersion == 0) {
                    break; // nobody wants less
                }
            }
        }
        served.forEach(Runnable::run);
    }

    /** What is known of an instance. */
    private static final class Seats {
        int taken;
        boolean gone;
        boolean unreachable;
        long restsUntil = System.nanoTime();

        void take() {
            taken++;
            unreachable = false; // until this one, too, finds it so
        }

        void rest(boolean cannotBeReached) {
            unreachable = cannotBeReached;
            restsUntil = System.nanoTime() + REST.toNanos();
        }

        boolean isOpen() {
            return !gone && System.nanoTime() - restsUntil >= 0;
        }

        boolean isAlive() {
            return !gone && !unreachable;
        }
    }

    /** A request in line. */
    private static final class Waiting {
        final long minEnvVersion;
        final MonoSink<Turn> sink;
        volatile @Nullable Disposable timer;
        private @Nullable Turn turn;
        private boolean left;

        Waiting(long minEnvVersion, MonoSink<Turn> sink) {
            this.minEnvVersion = minEnvVersion;
            this.sink = sink;
        }

        void go(Turn given) {
            stopTimer();
            if (isStillThere(given)) {
                sink.success(given);
            } else {
                given.end();
            }
        }

        void fail(Problem problem) {
            stopTimer();
            sink.error(problem.asException());
        }

        /** Cancelled: what was given meanwhile goes back. */
        synchronized void forget() {
            stopTimer();
            left = true;
            if (turn != null) {
                turn.end();
            }
        }

        private synchronized boolean isStillThere(Turn given) {
            turn = given;
            return !left;
        }

        private void stopTimer() {
            var running = timer;
            if (running != null) {
                running.dispose();
            }
        }
    }
}
