package io.callbacks.invoker.event;

import static java.util.Objects.requireNonNull;

import io.callbacks.blob.MissingBlobException;
import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.event.Ending.Cancelled;
import io.callbacks.invoker.event.Ending.Completed;
import io.callbacks.invoker.event.Ending.Failed;
import io.callbacks.invoker.gateway.Calls;
import io.callbacks.invoker.gateway.Reply;
import io.callbacks.invoker.gateway.Reply.Answer;
import io.callbacks.invoker.gateway.Reply.NotReached;
import io.callbacks.invoker.http.Problem;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * One order, carried out: tries until the function answers, or until that has no use any more. Not
 * reaching a handler is no try; that goes on for as long as there is patience.
 */
public final class Calling {
    private static final Logger log = LoggerFactory.getLogger(Calling.class);

    /** How long a try stands in line before it looks again at whom it is for. */
    private static final Duration IN_LINE = Duration.ofSeconds(10);

    /** The same where the one before stood there for nothing: many may be behind it. */
    private static final Duration HARDLY_IN_LINE = Duration.ofMillis(100);

    private static final Duration SHORTEST_REST = Duration.ofMillis(100);
    private static final Duration LONGEST_REST = Duration.ofSeconds(2);

    /** For bodies that are files. */
    private static final Scheduler BLOCKING =
            Schedulers.fromExecutorService(
                    Executors.newVirtualThreadPerTaskExecutor(), "event-bodies");

    private enum State {
        NOT_BEGUN,
        BEGUN,
        CANCELLED
    }

    private final Order order;
    private final Calls calls;
    private final Rooms rooms;
    private final Duration patience;
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.NOT_BEGUN);
    private final Runnable enter = this::attempt;
    private volatile Rooms.@Nullable Room room;
    private volatile @Nullable Disposable trying;
    private volatile boolean abandoned;
    private volatile int tries;
    private volatile @Nullable Long patienceEnds; // from the first try on
    private Duration rest = SHORTEST_REST;

    Calling(Order order, Calls calls, Rooms rooms, Duration patience) {
        this.order = order;
        this.calls = calls;
        this.rooms = rooms;
        this.patience = patience;
    }

    /** Begins; never ends in an error. */
    public CompletableFuture<Ending> begin() {
        next();
        return ending;
    }

    /** Calls it off, unless the handler has been called. */
    boolean cancel() {
        if (!state.compareAndSet(State.NOT_BEGUN, State.CANCELLED)) {
            return state.get() == State.CANCELLED;
        }
        end();
        return true;
    }

    /** Makes no more tries: others will. One that is under way ends by itself. */
    public void abandon() {
        abandoned = true;
        if (!cancel() && !isTrying()) {
            end();
        }
    }

    private boolean isTrying() {
        var running = trying;
        return running != null && !running.isDisposed();
    }

    private void end() {
        var in = room;
        if (in != null) {
            in.giveUp(enter);
        }
        var running = trying;
        if (running != null && state.get() == State.CANCELLED) {
            running.dispose();
        }
        ending.complete(new Cancelled());
    }

    private boolean isOver() {
        return abandoned || state.get() == State.CANCELLED;
    }

    private void next() {
        if (isOver()) {
            ending.complete(new Cancelled());
            return;
        }
        var callee = order.callee();
        var in = rooms.of(callee.map(it -> it.target().callbackId()).orElse(0L));
        room = in;
        in.enter(enter);
    }

    private void attempt() {
        var in = requireNonNull(room);
        if (patienceEnds == null) { // not while others were before it
            beginWaiting();
        }
        try {
            trying =
                    tryOnce()
                            .doFinally(_ -> in.leave())
                            .subscribe(Runnable::run, this::broken, this::ended);
        } catch (RuntimeException e) {
            in.leave();
            broken(e);
        }
    }

    private void beginWaiting() {
        patienceEnds = System.nanoTime() + patience.toNanos();
    }

    /** A try that was called off is followed by nothing. */
    private void ended() {
        if (isOver()) {
            ending.complete(new Cancelled());
        }
    }

    /** What follows from one try; nothing where it was called off. */
    private Mono<Runnable> tryOnce() {
        var callee = order.callee().orElse(null);
        if (isOver()) {
            return Mono.empty();
        }
        if (callee == null) {
            return Mono.just(() -> later(unknown()));
        }
        var obstacle = order.obstacle(callee);
        if (obstacle.isPresent()) {
            return Mono.just(() -> later(Problem.of(409, "revision-not-serving", obstacle.get())));
        }
        return Mono.fromCallable(() -> order.toSend(callee, tries + 1))
                .subscribeOn(BLOCKING)
                .flatMap(what -> calls.call(callee.target(), what, inLine(), () -> begins(callee)))
                .<Runnable>map(reply -> () -> take(callee, reply))
                .onErrorResume(
                        UncheckedIOException.class, e -> Mono.just(() -> later(unreadable(e))))
                .onErrorResume(MissingBlobException.class, _ -> Mono.just(this::bodyGone));
    }

    private Duration inLine() {
        var left = patienceLeft();
        var longest = requireNonNull(room).isHopeless() ? HARDLY_IN_LINE : IN_LINE;
        return left.compareTo(longest) < 0 ? left : longest;
    }

    private Duration patienceLeft() {
        var ends = patienceEnds;
        return ends == null ? patience : Duration.ofNanos(Math.max(0, ends - System.nanoTime()));
    }

    private Problem unknown() {
        return Problem.of(
                404, "unknown-callback", "There is no " + order.subject() + "; create it.");
    }

    private static Problem unreadable(UncheckedIOException e) {
        return Problem.of(
                503, "body-not-readable", "The body cannot be read now: " + e.getMessage());
    }

    private void bodyGone() {
        var reason = "The body of the request is not kept any more; send it again.";
        fail("body-gone", reason, order.callee(), Optional.empty());
    }

    /** Says whether the handler may be called. */
    private boolean begins(Callee callee) {
        var begun =
                !abandoned
                        && (state.compareAndSet(State.NOT_BEGUN, State.BEGUN)
                                || state.get() == State.BEGUN);
        if (begun) {
            order.begins(callee, tries + 1);
        }
        return begun;
    }

    private void take(Callee callee, Reply reply) {
        switch (reply) {
            case NotReached(var problem) -> {
                requireNonNull(room).waitedForNothing(problem.name().equals("not-ready"));
                if (problem.name().equals("busy")) { // it works: there is only much to do
                    beginWaiting();
                }
                later(problem);
            }
            case Answer answer -> {
                requireNonNull(room).waitedForNothing(false);
                tries++;
                answered(callee, answer);
            }
        }
    }

    /** The handler has not seen it: again, after a rest, while there is patience. */
    private void later(Problem problem) {
        if (patienceLeft().isZero()) {
            fail(problem.name(), problem.detail(), order.callee(), Optional.empty());
            return;
        }
        after(rest);
        var longer = rest.multipliedBy(2);
        rest = longer.compareTo(LONGEST_REST) < 0 ? longer : LONGEST_REST;
    }

    private void answered(Callee callee, Answer answer) {
        var retry = callee.target().retry();
        var again = retry.statuses().contains(answer.status()) && !isBadEvent(answer);
        if (again && tries < retry.tries()) {
            after(retry.delay(tries));
        } else if (again || answer.problem().isPresent()) {
            var problem = answer.problem().orElse("status-" + answer.status());
            fail(problem, reason(problem, answer), Optional.of(callee), Optional.of(answer));
        } else {
            ending.complete(new Completed(callee, answer, tries));
        }
    }

    /** However often it is tried. */
    private static boolean isBadEvent(Answer answer) {
        return answer.problem().filter("bad-event"::equals).isPresent();
    }

    private static String reason(String problem, Answer answer) {
        return switch (problem) {
            case "handler-raised" -> "The handler raised; its log says what.";
            case "timeout" -> "The handler did not end within its timeout.";
            case "worker-ended", "instance-broke-off" -> "The handler ended its own process.";
            case "bad-answer" -> "What the handler answered is no answer; its log says why.";
            case "bad-event" -> "The event is JSON that the language of the handler cannot read.";
            default ->
                    answer.problem().isPresent()
                            ? "The call failed: " + problem + "."
                            : "The handler answered with status " + answer.status() + ".";
        };
    }

    private void after(Duration pause) {
        var _ = Schedulers.parallel().schedule(this::next, pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void broken(Throwable e) {
        log.error("Call by event failed: subject={}", order.subject(), e);
        fail(
                "internal-error",
                "The invoker failed to handle this; its log says why.",
                Optional.empty(),
                Optional.empty());
    }

    private void fail(
            String problem, String reason, Optional<Callee> callee, Optional<Answer> answer) {
        ending.complete(new Failed(problem, reason, tries, callee, answer));
    }
}
